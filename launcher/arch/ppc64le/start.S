/* Entries of a bundle, called by the kernel or a dynamic linker. entry.zig goes on. */

/* Size of a frame without contents (64-Bit ELF V2 ABI, "The Stack Frame"), in bytes. */
#define FRAME 32
/* Size of the registers that launcher_enter restores, in bytes: see enter.S. */
#define SAVED 48

    .section .text.block, "ax", %progbits

/* `Block` of engine/format/format.zig. */
launcher_block:
    .ascii "\211mgocode"
    .long start_direct - launcher_block
    .long launcher_payload - launcher_block

/* Sets r2, from which compiled code finds its constants. */
    .macro find_toc
    bcl 20, 31, 1f
1:  mflr 12
    addis 2, 12, (.TOC. - 1b)@ha
    addi 2, 2, (.TOC. - 1b)@l
    .endm

/* Packed layout. */
    .globl _start
    .type _start, @function
_start:
    mr 3, 1
    addi 1, 1, -FRAME
    li 0, 0
    std 0, 0(1)
    find_toc
    bl launcher_enter_packed
    nop

/*
 * Direct layout. A dynamic linker passes arguments, environment, auxiliary vector and a function to call at exit in r3
 * to r7 ("Process Initialization" there): they stay below the stack for launcher_enter. r13 stays as it is.
 */
    .type start_direct, @function
start_direct:
    std 3, -SAVED(1)
    std 4, -SAVED+8(1)
    std 5, -SAVED+16(1)
    std 6, -SAVED+24(1)
    std 7, -SAVED+32(1)
    mr 3, 1
    addi 1, 1, -SAVED-FRAME
    li 0, 0
    std 0, 0(1)
    find_toc
    bl launcher_enter_direct
    nop

    .hidden launcher_payload
    .hidden launcher_enter_packed
    .hidden launcher_enter_direct
    .section .note.GNU-stack, "", @progbits

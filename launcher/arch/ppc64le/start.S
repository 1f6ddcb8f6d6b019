/* Entries of a bundle, called by the kernel or a dynamic linker. entry.zig goes on. */

/* Size of a frame without contents (64-Bit ELF V2 ABI, "The Stack Frame"), in bytes. */
#define FRAME 32
/* Size of the registers that launcher_enter restores, in bytes: see enter.S. */
#define SAVED 48
/* More than the frame of glibc's dynamic linker, in bytes. */
#define FRAME_MAX 4096

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
 *
 * The kernel's stack begins with the number of arguments, which r1 points at. That of glibc's dynamic linker points at a
 * frame below, so the stack is found by the arguments; that of musl passes nothing in r3 and r4.
 */
    .type start_direct, @function
start_direct:
    mr 8, 1
    addi 9, 4, -8
    subf 10, 1, 9
    cmpldi 10, FRAME_MAX
    bge 1f
    ld 10, 0(9)
    cmpd 10, 3
    bne 1f
    mr 8, 9
1:  std 3, -SAVED(8)
    std 4, -SAVED+8(8)
    std 5, -SAVED+16(8)
    std 6, -SAVED+24(8)
    std 7, -SAVED+32(8)
    mr 3, 8
    addi 1, 8, -SAVED-FRAME
    li 0, 0
    std 0, 0(1)
    find_toc
    bl launcher_enter_direct
    nop

    .hidden launcher_payload
    .hidden launcher_enter_packed
    .hidden launcher_enter_direct
    .section .note.GNU-stack, "", @progbits

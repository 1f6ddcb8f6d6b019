/* Entries of a bundle, called by the kernel or a dynamic linker. entry.zig goes on. */

    .section .text.block, "ax", %progbits
    .option norelax

/* `Block` of engine/format/format.zig. */
launcher_block:
    .ascii "\211mgocode"
    .long start_direct - launcher_block
    .long launcher_payload - launcher_block

/* Packed layout. */
    .globl _start
    .type _start, %function
_start:
    li s0, 0
    li ra, 0
    mv a0, sp
    tail launcher_enter_packed

/* Direct layout. a0, a function to call at exit (RISC-V ELF psABI), stays below the stack for launcher_enter. */
    .type start_direct, %function
start_direct:
    addi sp, sp, -16
    sd a0, 0(sp)
    li s0, 0
    li ra, 0
    addi a0, sp, 16
    tail launcher_enter_direct

    .hidden launcher_payload
    .hidden launcher_enter_packed
    .hidden launcher_enter_direct
    .section .note.GNU-stack, "", %progbits

/* Entries of a bundle, called by the kernel or a dynamic linker. entry.zig goes on. */

    .section .text.block, "ax", %progbits

/* `Block` of engine/format/format.zig. */
launcher_block:
    .ascii "\211mgocode"
    .long start_direct - launcher_block
    .long launcher_payload - launcher_block

/* Packed layout. */
    .globl _start
    .type _start, %function
_start:
    mov x29, xzr
    mov x30, xzr
    mov x0, sp
    b launcher_enter_packed

/* Direct layout. x0, a function to call at exit (AAELF64, "Program Loading"), stays below the stack for launcher_enter. */
    .type start_direct, %function
start_direct:
    stp x0, xzr, [sp, #-16]!
    mov x29, xzr
    mov x30, xzr
    add x0, sp, #16
    b launcher_enter_direct

    .hidden launcher_payload
    .hidden launcher_enter_packed
    .hidden launcher_enter_direct
    .section .note.GNU-stack, "", %progbits

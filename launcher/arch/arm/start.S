/* Entries of a bundle, called by the kernel or a dynamic linker. entry.zig goes on. */

    .syntax unified
    .arm
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
    mov fp, #0
    mov lr, #0
    mov r0, sp
    b launcher_enter_packed

/* Direct layout. r0, a function to call at exit (Base Platform ABI for the Arm Architecture), stays below the stack. */
    .type start_direct, %function
start_direct:
    str r0, [sp, #-8]!
    mov fp, #0
    mov lr, #0
    add r0, sp, #8
    b launcher_enter_direct

    .hidden launcher_payload
    .hidden launcher_enter_packed
    .hidden launcher_enter_direct
    .section .note.GNU-stack, "", %progbits

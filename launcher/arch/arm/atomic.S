/*
 * Atomic operations, which compilers call for ARMv5. There is one thread, so they are plain ones: signal handlers of the
 * launcher use none.
 */

    .syntax unified
    .arm
    .section .text.atomic, "ax", %progbits

    .globl __sync_val_compare_and_swap_4
    .hidden __sync_val_compare_and_swap_4
    .type __sync_val_compare_and_swap_4, %function
__sync_val_compare_and_swap_4:
    ldr r3, [r0]
    cmp r3, r1
    streq r2, [r0]
    mov r0, r3
    bx lr

    .globl __sync_val_compare_and_swap_2
    .hidden __sync_val_compare_and_swap_2
    .type __sync_val_compare_and_swap_2, %function
__sync_val_compare_and_swap_2:
    ldrh r3, [r0]
    cmp r3, r1
    strheq r2, [r0]
    mov r0, r3
    bx lr

    .globl __sync_lock_test_and_set_4
    .hidden __sync_lock_test_and_set_4
    .type __sync_lock_test_and_set_4, %function
__sync_lock_test_and_set_4:
    ldr r3, [r0]
    str r1, [r0]
    mov r0, r3
    bx lr

    .globl __sync_fetch_and_add_4
    .hidden __sync_fetch_and_add_4
    .type __sync_fetch_and_add_4, %function
__sync_fetch_and_add_4:
    ldr r3, [r0]
    add r1, r3, r1
    str r1, [r0]
    mov r0, r3
    bx lr

    .section .note.GNU-stack, "", %progbits

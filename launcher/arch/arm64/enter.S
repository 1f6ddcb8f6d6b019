/* Leaves the launcher for a program. */

#define SYS_write 64
#define SYS_exit_group 94

/* `Status.not_executed` of fatal.zig. */
#define STATUS_NOT_EXECUTED 116

    .section .text.stage, "ax", %progbits

/*
 * noreturn void launcher_stage(calls, stack, address): makes system calls, then enters a program. launch/mapping.zig
 * runs a copy of this code, up to launcher_stage_end, because the calls unmap the launcher. A `Call` is a number
 * and five arguments; the number 0 ends the list.
 */
    .globl launcher_stage
    .hidden launcher_stage
    .type launcher_stage, %function
launcher_stage:
    mov x19, x0
    mov x20, x1
    mov x21, x2
1:  ldr x8, [x19]
    cbz x8, 2f
    ldp x0, x1, [x19, #8]
    ldp x2, x3, [x19, #24]
    ldr x4, [x19, #40]
    add x19, x19, #48
    svc #0
    /* Error numbers are returned as -4095 to -1. */
    cmn x0, #4095
    b.lo 1b
    mov x0, #2
    adr x1, stage_failed
    mov x2, #stage_failed_size
    mov x8, #SYS_write
    svc #0
    mov x0, #STATUS_NOT_EXECUTED
    mov x8, #SYS_exit_group
    svc #0
    brk #0
stage_failed:
    .ascii "[mgo] launcher: variant not started: its segments cannot be moved into place\n"
    .set stage_failed_size, . - stage_failed
    .balign 4
    /* No function to call at exit, as after an exec. */
2:  str xzr, [x20, #-16]
    mov x0, x20
    mov x1, x21

/*
 * noreturn void launcher_enter(stack, address): jumps to a program with registers as at its start. x0, a function to
 * call at exit, is read from below the stack, where start_direct pushed it.
 */
    .globl launcher_enter
    .hidden launcher_enter
    .type launcher_enter, %function
launcher_enter:
    mov x16, x1
    ldr x1, [x0, #-16]
    mov sp, x0
    mov x0, x1
    .irp register, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    mov x\register, xzr
    .endr
    .irp register, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
    mov x\register, xzr
    .endr
    br x16
    .globl launcher_stage_end
    .hidden launcher_stage_end
launcher_stage_end:

    .section .note.GNU-stack, "", %progbits

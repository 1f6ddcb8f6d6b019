/* Leaves the launcher for a program. */

#define SYS_write 4
#define SYS_exit_group 248

/* `Status.not_executed` of fatal.zig. */
#define STATUS_NOT_EXECUTED 116

    .syntax unified
    .arm
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
    mov r8, r0
    mov r9, r1
    mov r10, r2
1:  ldr r7, [r8]
    cmp r7, #0
    beq 2f
    add r6, r8, #4
    ldmia r6, {r0-r4}
    add r8, r8, #24
    svc #0
    /* Error numbers are returned as -4095 to -1. */
    cmn r0, #4096
    blo 1b
    mov r0, #2
    adr r1, stage_failed
    mov r2, #stage_failed_size
    mov r7, #SYS_write
    svc #0
    mov r0, #STATUS_NOT_EXECUTED
    mov r7, #SYS_exit_group
    svc #0
    udf #0
stage_failed:
    .ascii "[mgo] launcher: variant not started: its segments cannot be moved into place\n"
    .set stage_failed_size, . - stage_failed
    .balign 4
    /* No function to call at exit, as after an exec. */
2:  mov r0, #0
    str r0, [r9, #-8]
    mov r0, r9
    mov r1, r10

/*
 * noreturn void launcher_enter(stack, address): jumps to a program with registers as at its start. r0, a function to
 * call at exit, is read from below the stack, where start_direct pushed it. The lowest bit of the address says whether
 * Thumb instructions are there.
 */
    .globl launcher_enter
    .hidden launcher_enter
    .type launcher_enter, %function
launcher_enter:
    mov ip, r1
    ldr r1, [r0, #-8]
    mov sp, r0
    mov r0, r1
    .irp register, r1, r2, r3, r4, r5, r6, r7, r8, r9, r10, r11, lr
    mov \register, #0
    .endr
    bx ip
    .globl launcher_stage_end
    .hidden launcher_stage_end
launcher_stage_end:

    .section .note.GNU-stack, "", %progbits

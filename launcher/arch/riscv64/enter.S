/* Leaves the launcher for a program. */

#define SYS_write 64
#define SYS_exit_group 94

/* `Status.not_executed` of fatal.zig. */
#define STATUS_NOT_EXECUTED 116

    .section .text.stage, "ax", %progbits
    .option norelax

/*
 * noreturn void launcher_stage(calls, stack, address): makes system calls, then enters a program. launch/mapping.zig
 * runs a copy of this code, up to launcher_stage_end, because the calls unmap the launcher. A `Call` is a number
 * and five arguments; the number 0 ends the list.
 */
    .globl launcher_stage
    .hidden launcher_stage
    .type launcher_stage, %function
launcher_stage:
    mv s1, a0
    mv s2, a1
    mv s3, a2
    /* Error numbers are returned as -4095 to -1. */
    li s4, -4095
1:  ld a7, 0(s1)
    beqz a7, 2f
    ld a0, 8(s1)
    ld a1, 16(s1)
    ld a2, 24(s1)
    ld a3, 32(s1)
    ld a4, 40(s1)
    addi s1, s1, 48
    ecall
    bltu a0, s4, 1b
    li a0, 2
    lla a1, stage_failed
    lla a2, stage_failed_end
    sub a2, a2, a1
    li a7, SYS_write
    ecall
    li a0, STATUS_NOT_EXECUTED
    li a7, SYS_exit_group
    ecall
    unimp
stage_failed:
    .ascii "[mgo] launcher: variant not started: its segments cannot be moved into place\n"
stage_failed_end:
    .balign 4
    /* No function to call at exit, as after an exec. */
2:  sd zero, -16(s2)
    mv a0, s2
    mv a1, s3

/*
 * noreturn void launcher_enter(stack, address): jumps to a program with registers as at its start. a0, a function to
 * call at exit, is read from below the stack, where start_direct pushed it.
 */
    .globl launcher_enter
    .hidden launcher_enter
    .type launcher_enter, %function
launcher_enter:
    mv t0, a1
    ld a1, -16(a0)
    mv sp, a0
    mv a0, a1
    .irp register, ra, a1, a2, a3, a4, a5, a6, a7, t1, t2, t3, t4, t5, t6
    li \register, 0
    .endr
    .irp register, s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11
    li \register, 0
    .endr
    jr t0
    .globl launcher_stage_end
    .hidden launcher_stage_end
launcher_stage_end:

    .section .note.GNU-stack, "", %progbits

/* Leaves the launcher for a program. */

#define SYS_write 4
#define SYS_exit_group 234

/* `Status.not_executed` of fatal.zig. */
#define STATUS_NOT_EXECUTED 116

/* As in start.S. */
#define SAVED 48

    .section .text.stage, "ax", @progbits

/*
 * noreturn void launcher_stage(calls, stack, address): makes system calls, then enters a program. launch/mapping.zig
 * runs a copy of this code, up to launcher_stage_end, because the calls unmap the launcher. A `Call` is a number
 * and five arguments; the number 0 ends the list.
 */
    .globl launcher_stage
    .hidden launcher_stage
    .type launcher_stage, @function
launcher_stage:
    mr 29, 3
    mr 30, 4
    mr 31, 5
1:  ld 0, 0(29)
    cmpdi 0, 0
    beq 2f
    ld 3, 8(29)
    ld 4, 16(29)
    ld 5, 24(29)
    ld 6, 32(29)
    ld 7, 40(29)
    addi 29, 29, 48
    sc
    /* A failure sets the summary overflow. */
    bns 1b
    li 3, 2
    bcl 20, 31, 3f
3:  mflr 4
    addi 4, 4, stage_failed - 3b
    li 5, stage_failed_size
    li 0, SYS_write
    sc
    li 3, STATUS_NOT_EXECUTED
    li 0, SYS_exit_group
    sc
    trap
stage_failed:
    .ascii "[mgo] launcher: variant not started: its segments cannot be moved into place\n"
    .set stage_failed_size, . - stage_failed
    .balign 4
    /* As after an exec. */
2:  li 0, 0
    std 0, -SAVED(30)
    std 0, -SAVED+8(30)
    std 0, -SAVED+16(30)
    std 0, -SAVED+24(30)
    std 0, -SAVED+32(30)
    mr 3, 30
    mr 4, 31

/*
 * noreturn void launcher_enter(stack, address): jumps to a program with registers as at its start, some of which are read
 * from below the stack, where start_direct put them. r12 has the address.
 */
    .globl launcher_enter
    .hidden launcher_enter
    .type launcher_enter, @function
launcher_enter:
    mr 1, 3
    mr 12, 4
    mtctr 12
    ld 3, -SAVED(1)
    ld 4, -SAVED+8(1)
    ld 5, -SAVED+16(1)
    ld 6, -SAVED+24(1)
    ld 7, -SAVED+32(1)
    .irp register, 0, 2, 8, 9, 10, 11, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    li \register, 0
    .endr
    mtlr 0
    /* Signal handlers spare 288 bytes below the stack pointer. */
    bctr
    .globl launcher_stage_end
    .hidden launcher_stage_end
launcher_stage_end:

    .section .note.GNU-stack, "", @progbits

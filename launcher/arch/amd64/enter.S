/* Leaves the launcher for a program. */

#define SYS_write 1
#define SYS_exit_group 231

/* `Status.not_executed` of fatal.zig. */
#define STATUS_NOT_EXECUTED 116

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
    movq %rdi, %rbx
    movq %rsi, %r12
    movq %rdx, %r13
1:  movq (%rbx), %rax
    testq %rax, %rax
    je 2f
    movq 8(%rbx), %rdi
    movq 16(%rbx), %rsi
    movq 24(%rbx), %rdx
    movq 32(%rbx), %r10
    movq 40(%rbx), %r8
    addq $48, %rbx
    syscall
    /* Error numbers are returned as -4095 to -1. */
    cmpq $-4095, %rax
    jb 1b
    leaq stage_failed(%rip), %rsi
    movl $stage_failed_size, %edx
    movl $2, %edi
    movl $SYS_write, %eax
    syscall
    movl $STATUS_NOT_EXECUTED, %edi
    movl $SYS_exit_group, %eax
    syscall
    ud2
stage_failed:
    .ascii "[mgo] launcher: variant not started: its segments cannot be moved into place\n"
    .set stage_failed_size, . - stage_failed
    /* No function to call at exit, as after an exec. */
2:  movq $0, -8(%r12)
    movq %r12, %rdi
    movq %r13, %rsi

/*
 * noreturn void launcher_enter(stack, address): jumps to a program with registers as at its start. rdx, a function
 * to call at exit (System V ABI for x86-64, "Process Initialization"), is read from below the stack, where
 * start_direct pushed it.
 */
    .globl launcher_enter
    .hidden launcher_enter
    .type launcher_enter, @function
launcher_enter:
    movq %rdi, %rsp
    movq -8(%rsp), %rdx
    movq %rsi, -16(%rsp)
    xorl %eax, %eax
    xorl %ebx, %ebx
    xorl %ecx, %ecx
    xorl %esi, %esi
    xorl %edi, %edi
    xorl %ebp, %ebp
    xorl %r8d, %r8d
    xorl %r9d, %r9d
    xorl %r10d, %r10d
    xorl %r11d, %r11d
    xorl %r12d, %r12d
    xorl %r13d, %r13d
    xorl %r14d, %r14d
    xorl %r15d, %r15d
    /* Signal handlers spare the 128 bytes below the stack pointer (the red zone). */
    jmpq *-16(%rsp)
    .globl launcher_stage_end
    .hidden launcher_stage_end
launcher_stage_end:

    .section .note.GNU-stack, "", @progbits

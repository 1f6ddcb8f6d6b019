/*
 * Handler of SIGBUS and SIGSEGV: ends the process with a line and a status. Needs nothing else of the
 * launcher, and lies in front of it: see start.S.
 */

#define SYS_write 1
#define SYS_rt_sigaction 13
#define SYS_rt_sigprocmask 14
#define SYS_rt_sigreturn 15
#define SYS_getpid 39
#define SYS_kill 62
#define SYS_exit_group 231

#define SIGBUS 7
#define SIGSEGV 11
#define SIG_IGN 1
#define SA_SIGINFO 4
#define SA_RESTORER 0x04000000
#define SIGSET_SIZE 8
/* Offset in siginfo_t. */
#define SI_CODE 8

/* Offsets in `SavedSignals` of arch.zig. */
#define SAVED_SIGBUS 0
#define SAVED_SIGSEGV 32
#define SAVED_MASK 64

/* `Status.damaged` of fatal.zig. */
#define STATUS_DAMAGED 112

    .section .text.fault, "ax", @progbits

/*
 * void launcher_guard(saved): sets up the handler and fills a `SavedSignals`. Signals that are blocked or
 * ignored stay so: one that is pending for the program must not be consumed, and a fault then ends the
 * process by its signal, as it would end the program.
 */
    .globl launcher_guard
    .hidden launcher_guard
    .type launcher_guard, @function
launcher_guard:
    pushq %rbx
    movq %rdi, %rbx
    /* The kernel's struct sigaction: handler, flags, restorer, mask. */
    subq $32, %rsp
    leaq handle(%rip), %rax
    movq %rax, (%rsp)
    movq $(SA_SIGINFO | SA_RESTORER), 8(%rsp)
    leaq resume(%rip), %rax
    movq %rax, 16(%rsp)
    movq $0, 24(%rsp)

    movl $SIGBUS, %edi
    leaq SAVED_SIGBUS(%rbx), %rdx
    call set_action
    movl $SIGSEGV, %edi
    leaq SAVED_SIGSEGV(%rbx), %rdx
    call set_action

    /* Without a new mask the operation does not matter. */
    xorl %edi, %edi
    xorl %esi, %esi
    leaq SAVED_MASK(%rbx), %rdx
    movl $SIGSET_SIZE, %r10d
    movl $SYS_rt_sigprocmask, %eax
    syscall
    addq $32, %rsp
    popq %rbx
    ret

/*
 * rt_sigaction(edi, the action on the stack, rdx), undone if the signal was ignored. The action is 8 bytes
 * up the stack, above the return address.
 */
set_action:
    leaq 8(%rsp), %rsi
    movl $SIGSET_SIZE, %r10d
    movl $SYS_rt_sigaction, %eax
    syscall
    cmpq $SIG_IGN, (%rdx)
    jne 1f
    movq %rdx, %rsi
    xorl %edx, %edx
    movl $SYS_rt_sigaction, %eax
    syscall
1:  ret

/*
 * void handle(signal, info, context), in any thread. A positive code is the kernel's, for a fault. Any
 * other signal was sent to the program by somebody: it is sent again, with the default disposition.
 */
handle:
    cmpl $0, SI_CODE(%rsi)
    jg launcher_fault
    movl %edi, %ebx
    /* SIG_DFL */
    pushq $0
    pushq $0
    pushq $0
    pushq $0
    movq %rsp, %rsi
    xorl %edx, %edx
    movl $SIGSET_SIZE, %r10d
    movl $SYS_rt_sigaction, %eax
    syscall
    addq $32, %rsp
    movl $SYS_getpid, %eax
    syscall
    movl %eax, %edi
    movl %ebx, %esi
    movl $SYS_kill, %eax
    syscall
    /* The signal is blocked until rt_sigreturn restores the mask. */
    ret
resume:
    movl $SYS_rt_sigreturn, %eax
    syscall
    ud2

/* noreturn void launcher_fault(signal) */
    .globl launcher_fault
    .hidden launcher_fault
    .type launcher_fault, @function
launcher_fault:
    cmpl $SIGBUS, %edi
    leaq cut_short(%rip), %rsi
    movl $cut_short_size, %edx
    je 1f
    leaq bad_access(%rip), %rsi
    movl $bad_access_size, %edx
1:  movl $2, %edi
    movl $SYS_write, %eax
    syscall
    movl $STATUS_DAMAGED, %edi
    movl $SYS_exit_group, %eax
    syscall
    ud2

cut_short:
    .ascii "[mgo] launcher: bundle damaged: file is cut short\n"
    .set cut_short_size, . - cut_short
bad_access:
    .ascii "[mgo] launcher: bundle damaged: the launcher faulted\n"
    .set bad_access_size, . - bad_access

    .section .note.GNU-stack, "", @progbits

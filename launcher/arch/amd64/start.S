/*
 * Where the kernel, or a dynamic linker, enters a bundle: one entry for each layout.
 *
 * Everything here must work when the file is cut short anywhere behind this code's first kilobyte:
 * a page of the mapping that lies past the end of the file raises SIGBUS when touched. So this
 * code, the fault handler and its text come first in the launcher and need nothing else of it.
 */

#define SYS_write 1
#define SYS_rt_sigaction 13
#define SYS_rt_sigprocmask 14
#define SYS_rt_sigreturn 15
#define SYS_getpid 39
#define SYS_kill 62
#define SYS_exit_group 231

#define EFAULT 14
#define SIGBUS 7
#define SIGSEGV 11
#define SIG_IGN 1
#define SA_SIGINFO 4
#define SA_RESTORER 0x04000000
#define SIGSET_SIZE 8
/* Offset in siginfo_t. */
#define SI_CODE 8

/* Offsets in `start.SavedSignals`; an action has 32 bytes. */
#define SAVED_SIGBUS 0
#define SAVED_SIGSEGV 32
#define SAVED_MASK 64
#define SAVED_SIZE 72
/* Keeps the stack at a multiple of 16. */
#define FRAME_SIZE 80

/* ELF header and program header fields; the payload's segment has index 1 in the packed layout. */
#define EHDR_SIZE 64
#define PHDR_SIZE 56
#define P_VADDR 16
#define P_FILESZ 32
#define PHDR_PAYLOAD (EHDR_SIZE + 1 * PHDR_SIZE)

/* sizeof(`format.Header`) */
#define HEADER_SIZE 64

/* `fatal.Status.damaged` */
#define STATUS_DAMAGED 112
/* `fatal.Status.not_executed` */
#define STATUS_NOT_EXECUTED 116

    .section .text.start, "ax", @progbits
    .hidden __ehdr_start
    .hidden launcher_start
    .hidden launcher_start_direct

/* `format.Block`, of which the check after linking compares the magic. */
launcher_block:
    .ascii "\211mgocode"
    .long start_direct - launcher_block
    .long launcher_payload - launcher_block

/*
 * The packed layout. The kernel is asked for the last bytes of the last segment: if that page is
 * there, all of them are, and from here on the launcher may trust its mapping. Where nobody answers
 * (qemu-user), reading the last byte tells, as the handler is in place.
 */
    .globl _start
    .type _start, @function
_start:
    xorl %ebp, %ebp
    movq %rsp, %rbx
    andq $-16, %rsp
    subq $FRAME_SIZE, %rsp
    movq %rsp, %rdi
    call launcher_guard

    leaq __ehdr_start(%rip), %rax
    movq PHDR_PAYLOAD+P_VADDR(%rax), %rcx
    addq PHDR_PAYLOAD+P_FILESZ(%rax), %rcx
    leaq -SIGSET_SIZE(%rax,%rcx), %rsi
    call require
    movzbl SIGSET_SIZE-1(%rsi), %eax

    movq %rbx, %rdi
    movq %rsp, %rsi
    call launcher_start
    ud2

/*
 * The direct layout. Most starts go on to the base, which is to find everything as the kernel or
 * the dynamic linker left it, so no handler is set up yet. The kernel is asked for the end of the
 * payload's header: if that is there, the whole launcher is, unless the file ends in the same page,
 * where what is behind its end is zero, and no payload begins with that.
 */
    .type start_direct, @function
start_direct:
    pushq %rdx
    movq %rsp, %rbx
    xorl %ebp, %ebp
    andq $-16, %rsp
    leaq launcher_payload+HEADER_SIZE-SIGSET_SIZE(%rip), %rsi
    call require
    movl $SIGBUS, %edi
    cmpb $0, launcher_payload(%rip)
    je fault
    leaq 8(%rbx), %rdi
    call launcher_start_direct
    ud2

/*
 * Ends the process if the eight bytes at rsi cannot be read, as they lie past the end of the file.
 * Asked in one call that changes nothing: rt_sigprocmask reads the mask before it finds that there is
 * no such operation. Keeps rsi.
 */
require:
    movl $-1, %edi
    xorl %edx, %edx
    movl $SIGSET_SIZE, %r10d
    movl $SYS_rt_sigprocmask, %eax
    syscall
    movl $SIGBUS, %edi
    cmpq $-EFAULT, %rax
    je fault
    ret

/*
 * void launcher_guard(saved): sets up the handler, and fills a `start.SavedSignals`. Signals that are
 * blocked or ignored stay so: one that waits for the program must not be taken from it, and a fault
 * ends the process by the signal then, as it would end the program.
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
 * rt_sigaction(edi, the action on the stack, rdx), unless the signal is ignored; the return address is
 * 8 bytes on the stack.
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
 * other signal was sent to the program by somebody: it is sent again, with the program's disposition.
 */
handle:
    cmpl $0, SI_CODE(%rsi)
    jg fault
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
    /* It waits until the mask is as before. */
    ret
resume:
    movl $SYS_rt_sigreturn, %eax
    syscall
    ud2

/* noreturn void fault(signal) */
fault:
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
    .ascii "[mgo] launcher: bundle damaged: the launcher's own code faulted\n"
    .set bad_access_size, . - bad_access

/*
 * noreturn void launcher_stage(calls, stack, address): makes system calls, then enters a program. It runs in a copy
 * of itself, up to launcher_stage_end, when the calls have unmapped the rest of the launcher. A call is a number and
 * five arguments, as mapping.zig has it; a number of zero ends them.
 */
    .section .text.stage, "ax", @progbits
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
    /* As the kernel does: there is no function to call at the end. */
2:  movq $0, -8(%r12)
    movq %r12, %rdi
    movq %r13, %rsi

/*
 * void launcher_enter(stack, address): leaves the launcher for good. Registers are as at the start of
 * a program, rdx, a function that it is to call at its end (System V ABI for x86-64, "Process
 * Initialization"), as `start_direct` has left it below the stack.
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
    /* No signal writes here: the 128 bytes below the stack are spared. */
    jmpq *-16(%rsp)
    .globl launcher_stage_end
    .hidden launcher_stage_end
launcher_stage_end:

/*
 * Placeholders of the two sections that the bundle writer fills. The payload's has magic and version
 * of format.zig, by which the writer knows a launcher that reads what it writes; the check after
 * linking compares them.
 */

    .section .mgo, "a", @progbits
    .balign 64
    .globl launcher_payload
    .hidden launcher_payload
launcher_payload:
    .ascii "\211mgo\r\n\032\n"
    .short 1
    .zero HEADER_SIZE - 10

    .section .go.buildinfo, "a", @progbits
    .balign 16
    .zero 16

    .section .note.GNU-stack, "", @progbits

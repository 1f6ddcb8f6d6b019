/*
 * Where the kernel enters a bundle.
 *
 * Everything here must work when the file is cut short anywhere behind its first kilobyte: a page
 * of the mapping that lies past the end of the file raises SIGBUS when touched. So this code, the
 * fault handler and its text come first in the file, right behind the headers, and need nothing
 * else of it. After the handler is in place the last byte of the last segment is read: if that
 * page is there, all of them are, and from here on the launcher may trust its mapping.
 */

#define SYS_write 1
#define SYS_rt_sigaction 13
#define SYS_rt_sigprocmask 14
#define SYS_exit_group 231

#define SIGBUS 7
#define SIGSEGV 11
#define SIG_UNBLOCK 1
#define SA_RESTORER 0x04000000
#define SIGSET_SIZE 8

/* Offsets in `start.SavedSignals`, which is filled on the stack; an action has 32 bytes. */
#define SAVED_SIGBUS 0
#define SAVED_SIGSEGV 32
#define SAVED_MASK 64
#define SAVED_SIZE 72

/* The kernel's struct sigaction: handler, flags, restorer, mask. */
#define ACTION 80
#define FRAME_SIZE 112

/* ELF header and program header fields; the payload's segment has index 2. */
#define EHDR_SIZE 64
#define PHDR_SIZE 56
#define P_VADDR 16
#define P_FILESZ 32
#define PHDR_PAYLOAD (EHDR_SIZE + 2 * PHDR_SIZE)

/* `fatal.Status.damaged` */
#define STATUS_DAMAGED 112

    .section .text.start, "ax", @progbits
    .hidden __ehdr_start
    .hidden launcher_start

    .globl _start
    .type _start, @function
_start:
    xorl %ebp, %ebp
    movq %rsp, %rbx
    andq $-16, %rsp
    subq $FRAME_SIZE, %rsp

    leaq fault(%rip), %rax
    movq %rax, ACTION(%rsp)
    movq $SA_RESTORER, ACTION+8(%rsp)
    /* The handler does not return, so this is never jumped to, but the kernel wants one. */
    movq %rax, ACTION+16(%rsp)
    movq $0, ACTION+24(%rsp)

    movl $SIGBUS, %edi
    leaq SAVED_SIGBUS(%rsp), %rdx
    call set_action
    movl $SIGSEGV, %edi
    leaq SAVED_SIGSEGV(%rsp), %rdx
    call set_action

    /* A blocked SIGBUS would end the process without asking the handler. */
    movq $(1 << (SIGBUS - 1) | 1 << (SIGSEGV - 1)), ACTION(%rsp)
    movl $SIG_UNBLOCK, %edi
    leaq ACTION(%rsp), %rsi
    leaq SAVED_MASK(%rsp), %rdx
    movl $SIGSET_SIZE, %r10d
    movl $SYS_rt_sigprocmask, %eax
    syscall

    leaq __ehdr_start(%rip), %rax
    movq PHDR_PAYLOAD+P_VADDR(%rax), %rcx
    addq PHDR_PAYLOAD+P_FILESZ(%rax), %rcx
    movzbl -1(%rax,%rcx), %eax

    movq %rbx, %rdi
    movq %rsp, %rsi
    call launcher_start
    ud2

/* rt_sigaction(edi, ACTION, rdx); the return address is 8 bytes on the stack. */
set_action:
    leaq ACTION+8(%rsp), %rsi
    movl $SIGSET_SIZE, %r10d
    movl $SYS_rt_sigaction, %eax
    syscall
    ret

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
    .zero 64 - 10

    .section .go.buildinfo, "a", @progbits
    .balign 16
    .zero 16

    .section .note.GNU-stack, "", @progbits

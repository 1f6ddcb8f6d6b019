/*
 * Entries of a bundle, one for each layout, called by the kernel or a dynamic linker.
 *
 * A page of the mapping that lies past the end of the file raises SIGBUS when touched. So that a file
 * that is cut short still gets its error line, this code and fault.S need nothing else of the launcher,
 * and launcher.ld puts them first.
 */

#define SYS_rt_sigprocmask 14
#define EFAULT 14
#define SIGBUS 7
#define SIGSET_SIZE 8

/* sizeof(SavedSignals) of arch.zig, rounded up: the stack stays at a multiple of 16. */
#define FRAME_SIZE 80

/* ELF header and program header fields; the payload's segment has index 1 in the packed layout. */
#define EHDR_SIZE 64
#define PHDR_SIZE 56
#define P_VADDR 16
#define P_FILESZ 32
#define PHDR_PAYLOAD (EHDR_SIZE + 1 * PHDR_SIZE)

/* sizeof(Header) of engine/format/format.zig. */
#define HEADER_SIZE 64

    .section .text.start, "ax", @progbits
    .hidden __ehdr_start
    .hidden launcher_payload
    .hidden launcher_start
    .hidden launcher_start_direct
    .hidden launcher_guard
    .hidden launcher_fault

/* `Block` of engine/format/format.zig. */
launcher_block:
    .ascii "\211mgocode"
    .long start_direct - launcher_block
    .long launcher_payload - launcher_block

/*
 * Packed layout. If the kernel can read the last bytes of the last segment, the file is whole, and the
 * launcher may trust its mapping from here on. Under qemu-user, which does not answer `require`, the load
 * behind it faults instead: the handler is in place.
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
 * Direct layout. Most starts go on to the base, which must find everything as the kernel or the dynamic
 * linker left it, so no handler is set up yet. If the kernel can read the end of the payload's header, the
 * whole launcher is there, unless the file ends in that same page: the kernel fills the page with zeros,
 * and no payload begins with one. rdx stays below the stack for launcher_enter.
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
    je launcher_fault
    leaq 8(%rbx), %rdi
    call launcher_start_direct
    ud2

/*
 * Ends the process if the eight bytes at rsi lie past the end of the file. rt_sigprocmask tells without
 * changing anything: it reads the mask before it finds that there is no such operation. Keeps rsi.
 */
require:
    movl $-1, %edi
    xorl %edx, %edx
    movl $SIGSET_SIZE, %r10d
    movl $SYS_rt_sigprocmask, %eax
    syscall
    movl $SIGBUS, %edi
    cmpq $-EFAULT, %rax
    je launcher_fault
    ret

    .section .note.GNU-stack, "", @progbits

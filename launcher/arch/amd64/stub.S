/*
 * Template of the code that name.zig puts in front of a variant: in the start for which the launcher wrote it, it sets
 * the process name and mends the auxiliary vector. Later starts of the same file, and of copies that the program makes
 * of it, only get their entry back.
 *
 * It runs at any address, in read-only memory, with the stack and registers that the kernel or ld.so have prepared for
 * the variant (System V ABI for x86-64, "Process Initialization"): rdx is a function that ld.so wants called at exit,
 * rsp points to the number of arguments. It restores all that it changes, though the ABI promises less.
 */

#define SYS_getpid 39
#define SYS_prctl 157
#define PR_SET_NAME 15

#define AT_NULL 0
#define AT_ENTRY 9
#define AT_EXECFN 31

/* Size of the registers that are pushed, in bytes. */
#define SAVED 40

/* "/fd/", of the paths by which the launcher executes: /dev/fd/N for execveat, /proc/self/fd/N. */
#define FD_FOLDER 0x2f64662f

/* Offsets of the process ID, the jump's displacement and the name, as in stub.zig. */
#define PROCESS 16
#define JUMP 152
#define NAME 156
#define NAME_SIZE 16

    .section .rodata.stub, "a", @progbits
    .globl launcher_stub
    .hidden launcher_stub
launcher_stub:
    /* ld.so jumps here through a register. */
    endbr64
    pushq %rax
    pushq %rcx
    pushq %rsi
    pushq %rdi
    pushq %r11

    /* An exec keeps the process ID, so the launcher's tells its own start from those of other processes. */
    pushq $SYS_getpid
    popq %rax
    syscall
    /* subl $PROCESS_ID, %eax */
    .byte 0x2d
    .org launcher_stub + PROCESS
    .long 0
    movl %eax, %r11d

    /* Skips the number of arguments, their pointers, null, those of the environment and null. */
    movq SAVED(%rsp), %rax
    leaq SAVED+16(%rsp,%rax,8), %rdi
    xorl %eax, %eax
1:  scasq
    jne 1b

    /* The jump's displacement counts from the name, where the jump ends. The path is behind the name. */
    leaq name(%rip), %rsi
    movslq jump(%rip), %rcx
    addq %rsi, %rcx
2:  movl (%rdi), %eax
    testl %eax, %eax
    je 5f
    cmpl $AT_ENTRY, %eax
    jne 3f
    movq %rcx, 8(%rdi)
3:  cmpl $AT_EXECFN, %eax
    jne 4f
    testl %r11d, %r11d
    jne 4f

    /* The process may execute itself again, or a copy: by another path, which must end in "/fd/" and a number. */
    movq 8(%rdi), %rax
6:  cmpb $0, (%rax)
    leaq 1(%rax), %rax
    jne 6b
7:  decq %rax
    cmpb $'/', -1(%rax)
    ja 7b
    cmpl $FD_FOLDER, -4(%rax)
    jne 4f

    pushq %rdi
    pushq %rcx
    pushq $PR_SET_NAME
    popq %rdi
    movl $SYS_prctl, %eax
    syscall
    popq %rcx
    popq %rdi
    leaq NAME_SIZE(%rsi), %rax
    cmpb $0, (%rax)
    je 4f
    movq %rax, 8(%rdi)
4:  addq $16, %rdi
    jmp 2b

5:  popq %r11
    popq %rdi
    popq %rsi
    popq %rcx
    popq %rax
    /* The assembler fails here if the code above grows. */
    .org launcher_stub + JUMP - 1, 0x90
    .byte 0xe9
jump:
    .long 0
    .org launcher_stub + NAME
name:
    .zero NAME_SIZE
    /* The path follows, with a final zero; empty if AT_EXECFN is to stay. */

    .section .note.GNU-stack, "", @progbits

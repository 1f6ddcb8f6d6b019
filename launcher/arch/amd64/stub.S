/*
 * Template of the code that name.zig puts in front of a variant: it sets the process name, mends the auxiliary vector
 * and jumps to the entry.
 *
 * It runs at any address, in read-only memory, with the stack and registers that the kernel or ld.so have prepared for
 * the variant (System V ABI for x86-64, "Process Initialization"): rdx is a function that ld.so wants called at exit,
 * rsp points to the number of arguments. It restores all that it changes, though the ABI promises less.
 */

#define SYS_prctl 157
#define PR_SET_NAME 15

#define AT_NULL 0
#define AT_ENTRY 9
#define AT_EXECFN 31

/* Size of the registers that are pushed, in bytes. */
#define SAVED 40

/* Offsets of the jump's displacement and of the name, as in stub.zig. */
#define JUMP 101
#define NAME 105
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

    movl $PR_SET_NAME, %edi
    leaq name(%rip), %rsi
    movl $SYS_prctl, %eax
    syscall

    /* Skips the number of arguments, their pointers, null, those of the environment and null. */
    movq SAVED(%rsp), %rax
    leaq SAVED+16(%rsp,%rax,8), %rdi
    xorl %eax, %eax
1:  scasq
    jne 1b

    /* The jump's displacement counts from the name, where the jump ends. The path is behind the name. */
    movslq jump(%rip), %rcx
    addq %rsi, %rcx
    addq $NAME_SIZE, %rsi
2:  movl (%rdi), %eax
    testl %eax, %eax
    je 5f
    cmpl $AT_ENTRY, %eax
    jne 3f
    movq %rcx, 8(%rdi)
3:  cmpl $AT_EXECFN, %eax
    jne 4f
    cmpb $0, (%rsi)
    je 4f
    movq %rsi, 8(%rdi)
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

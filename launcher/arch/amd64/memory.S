/*
 * memcpy, memmove and memset, which compilers call. Zig's own, built for size, go byte by byte. Most copies are short:
 * they get a few overlapping moves, with all loads before the first store. Long ones get the string instruction.
 */

    .section .text.memory, "ax", @progbits

    .globl memcpy
    .hidden memcpy
    .type memcpy, @function
    .globl memmove
    .hidden memmove
    .type memmove, @function
memcpy:
memmove:
    movq %rdi, %rax
    cmpq $16, %rdx
    jb 3f
    cmpq $32, %rdx
    ja 1f
    movups (%rsi), %xmm0
    movups -16(%rsi,%rdx), %xmm1
    movups %xmm0, (%rdi)
    movups %xmm1, -16(%rdi,%rdx)
    ret

1:  cmpq $64, %rdx
    ja 2f
    movups (%rsi), %xmm0
    movups 16(%rsi), %xmm1
    movups -32(%rsi,%rdx), %xmm2
    movups -16(%rsi,%rdx), %xmm3
    movups %xmm0, (%rdi)
    movups %xmm1, 16(%rdi)
    movups %xmm2, -32(%rdi,%rdx)
    movups %xmm3, -16(%rdi,%rdx)
    ret

2:  movq %rdi, %r8
    subq %rsi, %r8
    movq %rdx, %rcx
    cmpq %rdx, %r8
    jb backward
    rep movsb
    ret

3:  cmpl $8, %edx
    jb 4f
    movq (%rsi), %rcx
    movq -8(%rsi,%rdx), %r8
    movq %rcx, (%rdi)
    movq %r8, -8(%rdi,%rdx)
    ret

4:  cmpl $4, %edx
    jb 5f
    movl (%rsi), %ecx
    movl -4(%rsi,%rdx), %r8d
    movl %ecx, (%rdi)
    movl %r8d, -4(%rdi,%rdx)
    ret

    /* At most three bytes: first, middle and last may be the same. */
5:  testl %edx, %edx
    je 6f
    movzbl (%rsi), %ecx
    movzbl -1(%rsi,%rdx), %r8d
    movl %edx, %r9d
    shrl $1, %r9d
    movzbl (%rsi,%r9), %r10d
    movb %cl, (%rdi)
    movb %r10b, (%rdi,%r9)
    movb %r8b, -1(%rdi,%rdx)
6:  ret

    /* The destination starts within the source. */
backward:
    leaq -1(%rdi,%rdx), %rdi
    leaq -1(%rsi,%rdx), %rsi
    std
    rep movsb
    cld
    ret

    .globl memset
    .hidden memset
    .type memset, @function
memset:
    movq %rdi, %r8
    movl %esi, %eax
    movq %rdx, %rcx
    rep stosb
    movq %r8, %rax
    ret

    .section .note.GNU-stack, "", @progbits

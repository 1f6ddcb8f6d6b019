/*
 * Template of the code that name.zig puts in front of a variant: launcher/arch/amd64/stub.S describes what it does.
 *
 * It restores r0, a function that ld.so wants called at exit; a program expects nothing in the other registers. ARMv5
 * reads no words from addresses that are not multiples of 4.
 */

#define SYS_getpid 20
#define SYS_prctl 172
#define PR_SET_NAME 15

#define AT_ENTRY 9
#define AT_EXECFN 31

#define NAME_SIZE 16
/* As in launcher.zig. */
#define NAME 224

    .syntax unified
    .arm
    .section .rodata.stub, "a", %progbits
    .balign 4
    .globl launcher_stub
    .hidden launcher_stub
launcher_stub:
    mov r8, r0
    mov r7, #SYS_getpid
    svc #0
    ldr r9, process
    sub r9, r0, r9

    /* The jump's displacement counts from the name. The path is behind the name. */
    adr r10, name
    ldr r6, jump
    add r6, r6, r10

    /* Skips the number of arguments, their pointers, null, those of the environment and null. */
    ldr r1, [sp]
    add r2, sp, r1, lsl #2
    add r2, r2, #8
1:  ldr r1, [r2], #4
    cmp r1, #0
    bne 1b

2:  ldr r1, [r2]
    cmp r1, #0
    beq 5f
    cmp r1, #AT_ENTRY
    streq r6, [r2, #4]
    cmp r1, #AT_EXECFN
    cmpeq r9, #0
    bne 4f

    /* Only a path that ends in "/fd/" and a number is the launcher's. */
    ldr r3, [r2, #4]
6:  ldrb r4, [r3], #1
    cmp r4, #0
    bne 6b
7:  sub r3, r3, #1
    ldrb r4, [r3, #-1]
    cmp r4, #'/'
    bhi 7b
    ldrbeq r4, [r3, #-2]
    cmpeq r4, #'d'
    ldrbeq r4, [r3, #-3]
    cmpeq r4, #'f'
    ldrbeq r4, [r3, #-4]
    cmpeq r4, #'/'
    bne 4f

    mov r0, #PR_SET_NAME
    mov r1, r10
    mov r7, #SYS_prctl
    svc #0
    ldrb r4, [r10, #NAME_SIZE]
    cmp r4, #0
    addne r4, r10, #NAME_SIZE
    strne r4, [r2, #4]
4:  add r2, r2, #8
    b 2b

5:  mov r0, r8
    bx r6
    /* The assembler fails here if the code above grows. */
    .org launcher_stub + NAME - 8
process:
    .long 0
jump:
    .long 0
name:
    .zero NAME_SIZE
    /* The path follows, with a final zero; empty if AT_EXECFN is to stay. */

    .section .note.GNU-stack, "", %progbits

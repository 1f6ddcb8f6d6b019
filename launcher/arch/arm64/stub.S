/*
 * Template of the code that name.zig puts in front of a variant: launcher/arch/amd64/stub.S describes what it does.
 *
 * It restores x0, a function that ld.so wants called at exit; a program expects nothing in the other registers.
 */

#define SYS_prctl 167
#define SYS_getpid 172
#define PR_SET_NAME 15

#define AT_ENTRY 9
#define AT_EXECFN 31

/* "/fd/", of the paths by which the launcher executes. */
#define FD_FOLDER_LOW 0x662f
#define FD_FOLDER_HIGH 0x2f64

#define NAME_SIZE 16
/* As in launcher.zig. */
#define NAME 192

    .section .rodata.stub, "a", %progbits
    .balign 4
    .globl launcher_stub
    .hidden launcher_stub
launcher_stub:
    /* bti c: ld.so jumps here through a register. */
    hint #34
    mov x15, x0
    mov x8, #SYS_getpid
    svc #0
    ldr w14, process
    sub w14, w0, w14

    /* The jump's displacement counts from the name. The path is behind the name. */
    adr x13, name
    ldrsw x12, jump
    add x12, x13, x12

    /* Skips the number of arguments, their pointers, null, those of the environment and null. */
    ldr x11, [sp]
    add x10, sp, x11, lsl #3
    add x10, x10, #16
1:  ldr x11, [x10], #8
    cbnz x11, 1b

2:  ldp x11, x9, [x10]
    cbz x11, 5f
    cmp x11, #AT_ENTRY
    b.ne 3f
    str x12, [x10, #8]
3:  cmp x11, #AT_EXECFN
    b.ne 4f
    cbnz w14, 4f

    /* Only a path that ends in "/fd/" and a number is the launcher's. */
6:  ldrb w8, [x9], #1
    cbnz w8, 6b
7:  sub x9, x9, #1
    ldrb w8, [x9, #-1]
    cmp w8, #'/'
    b.hi 7b
    ldr w8, [x9, #-4]
    movz w7, #FD_FOLDER_LOW
    movk w7, #FD_FOLDER_HIGH, lsl #16
    cmp w8, w7
    b.ne 4f

    mov x0, #PR_SET_NAME
    mov x1, x13
    mov x8, #SYS_prctl
    svc #0
    ldrb w8, [x13, #NAME_SIZE]
    cbz w8, 4f
    add x9, x13, #NAME_SIZE
    str x9, [x10, #8]
4:  add x10, x10, #16
    b 2b

5:  mov x0, x15
    mov x16, x12
    br x16
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

/*
 * Template of the code that name.zig puts in front of a variant: launcher/arch/amd64/stub.S describes what it does.
 *
 * It restores a0, a function that ld.so wants called at exit; a program expects nothing in the other registers.
 */

#define SYS_prctl 167
#define SYS_getpid 172
#define PR_SET_NAME 15

#define AT_ENTRY 9
#define AT_EXECFN 31

#define NAME_SIZE 16
/* As in launcher.zig. */
#define NAME 240

    .section .rodata.stub, "a", %progbits
    .option norelax
    .option norvc
    .balign 4
    .globl launcher_stub
    .hidden launcher_stub
launcher_stub:
    mv s1, a0
    /* The fields behind the code: the process ID, the jump's displacement, which counts from the name, and the name. */
    auipc s2, 0
    addi s2, s2, NAME - 4
    lw s3, -4(s2)
    add s3, s3, s2
    lw s4, -8(s2)
    li a7, SYS_getpid
    ecall
    subw s4, a0, s4

    /* Skips the number of arguments, their pointers, null, those of the environment and null. */
    ld t0, 0(sp)
    slli t0, t0, 3
    add t1, sp, t0
    addi t1, t1, 16
1:  ld t0, 0(t1)
    addi t1, t1, 8
    bnez t0, 1b

2:  ld t0, 0(t1)
    beqz t0, 5f
    li t2, AT_ENTRY
    bne t0, t2, 3f
    sd s3, 8(t1)
3:  li t2, AT_EXECFN
    bne t0, t2, 4f
    bnez s4, 4f

    /* Only a path that ends in "/fd/" and a number is the launcher's. */
    ld t3, 8(t1)
6:  lbu t4, 0(t3)
    addi t3, t3, 1
    bnez t4, 6b
    li t2, '/'
7:  addi t3, t3, -1
    lbu t4, -1(t3)
    bgtu t4, t2, 7b
    bne t4, t2, 4f
    lbu t4, -4(t3)
    bne t4, t2, 4f
    lbu t4, -2(t3)
    addi t4, t4, -'d'
    bnez t4, 4f
    lbu t4, -3(t3)
    addi t4, t4, -'f'
    bnez t4, 4f

    li a0, PR_SET_NAME
    mv a1, s2
    li a7, SYS_prctl
    ecall
    lbu t4, NAME_SIZE(s2)
    beqz t4, 4f
    addi t4, s2, NAME_SIZE
    sd t4, 8(t1)
4:  addi t1, t1, 16
    j 2b

5:  mv a0, s1
    mv t0, s3
    jr t0
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

/*
 * Template of the code that name.zig puts in front of a variant: launcher/arch/amd64/stub.S describes what it does.
 *
 * It restores r3 to r7, in which ld.so passes what it has found, and gives r12 the program's entry; a program expects
 * nothing in the other registers.
 */

#define SYS_getpid 20
#define SYS_prctl 171
#define PR_SET_NAME 15

#define AT_ENTRY 9
#define AT_EXECFN 31

#define NAME_SIZE 16
/* As in launcher.zig. */
#define NAME 304

    .section .rodata.stub, "a", @progbits
    .balign 4
    .globl launcher_stub
    .hidden launcher_stub
launcher_stub:
    mr 24, 3
    mr 25, 4
    mr 26, 5
    mr 27, 6
    mr 28, 7
    /* The jump's displacement counts from the name. The path is behind the name. */
    bcl 20, 31, 1f
1:  mflr 29
    addi 29, 29, name - 1b
    lwa 30, -4(29)
    add 30, 30, 29
    li 0, SYS_getpid
    sc
    lwz 31, -8(29)
    subf 31, 31, 3

    /* Skips the number of arguments, their pointers, null, those of the environment and null. */
    ld 8, 0(1)
    sldi 8, 8, 3
    add 23, 1, 8
    addi 23, 23, 16
2:  ld 8, 0(23)
    addi 23, 23, 8
    cmpdi 8, 0
    bne 2b

3:  ld 8, 0(23)
    cmpdi 8, 0
    beq 9f
    cmpdi 8, AT_ENTRY
    bne 4f
    std 30, 8(23)
4:  cmpdi 8, AT_EXECFN
    bne 8f
    cmpdi 31, 0
    bne 8f

    /* Only a path that ends in "/fd/" and a number is the launcher's. */
    ld 10, 8(23)
5:  lbz 11, 0(10)
    addi 10, 10, 1
    cmpwi 11, 0
    bne 5b
6:  addi 10, 10, -1
    lbz 11, -1(10)
    cmplwi 11, '/'
    bgt 6b
    bne 8f
    lbz 11, -2(10)
    cmplwi 11, 'd'
    bne 8f
    lbz 11, -3(10)
    cmplwi 11, 'f'
    bne 8f
    lbz 11, -4(10)
    cmplwi 11, '/'
    bne 8f

    li 3, PR_SET_NAME
    mr 4, 29
    li 0, SYS_prctl
    sc
    lbz 11, NAME_SIZE(29)
    cmpwi 11, 0
    beq 8f
    addi 11, 29, NAME_SIZE
    std 11, 8(23)
8:  addi 23, 23, 16
    b 3b

9:  mr 3, 24
    mr 4, 25
    mr 5, 26
    mr 6, 27
    mr 7, 28
    li 0, 0
    mtlr 0
    mr 12, 30
    mtctr 12
    bctr
    /* The assembler fails here if the code above grows. */
    .org launcher_stub + NAME - 8
process:
    .long 0
jump:
    .long 0
name:
    .zero NAME_SIZE
    /* The path follows, with a final zero; empty if AT_EXECFN is to stay. */

    .section .note.GNU-stack, "", @progbits

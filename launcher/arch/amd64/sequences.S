/*
 * Executes zstd's sequences: RFC 8878, section 3.1.1.3.2.1. engine/zstd/sequences.zig calls it, and stores its state in
 * `Run`. Sequences that need more care stop it.
 *
 * Three numbers are read from the high end of the bits that are left: the offset's, the match length's and the literal
 * length's; then those of their next states, in reverse order. A state is an index of entries of 8 bytes: the least
 * value (4), the next state's least (2), the widths of their numbers in bits (1 and 1).
 */
#define ENTRY_VALUE 0
#define ENTRY_STATE 4
#define ENTRY_VALUE_BITS 6
#define ENTRY_STATE_BITS 7

#define OFFSETS 0
#define LITERAL_LENGTHS 2048
#define MATCH_LENGTHS 6144
#define ROTATIONS 10240
#define REPEATS 10304
#define FIRST_MATCH 10320
#define OUT_MAX 10328
#define LITERALS_MAX 10336
#define WINDOW_MIN 10344
#define OUT 10352
#define LITERALS 10360
#define WINDOW 10368
#define WINDOW_BITS 10376
#define COUNT 10384
#define OFFSET_STATE 10392
#define LITERAL_LENGTH_STATE 10400
#define MATCH_LENGTH_STATE 10408
#define LITERAL_LENGTH 10416
#define MATCH_LENGTH 10424
#define OFFSET 10432
#define PATTERNS 10440

/* The three states' numbers together: 9 + 9 + 8. */
#define STATES_BITS_MAX 26
/* Bytes that are copied before the length is checked: 2 of 100 are longer, of either. */
#define SHORT_LITERALS 32
#define SHORT_MATCH 64

#define run %r12
#define out %rdi
#define literals %rsi
#define window %r11
#define word %rbx
#define word_bits %rbp
#define word_bits_32 %ebp
#define count %r13
#define offset_state %r9
#define offset_state_32 %r9d
#define literal_length_state %r8
#define literal_length_state_32 %r8d
#define match_length_state %r10
#define match_length_state_32 %r10d
#define offset %r14
#define offset_32 %r14d
#define match_length %r15
#define match_length_32 %r15d
/* Until the literals are copied. */
#define literal_length %rax
#define literal_length_32 %eax
#define repeats %xmm0

/* Takes as many bits as the register `bits` says. */
.macro take bits, to, to_32
    subl \bits, word_bits_32
    shrxq word_bits, word, \to
    bzhil \bits, \to_32, \to_32
.endm

.macro next_state state, state_32, table
    movzbl \table+ENTRY_STATE_BITS(run,\state,8), %ecx
    movzwl \table+ENTRY_STATE(run,\state,8), \state_32
    take %ecx, %rdx, %edx
    addl %edx, \state_32
.endm

/* Moves the window so that at least 56 bits are left. */
.macro refill
    movl word_bits_32, %ecx
    shrl $3, %ecx
    orl $56, word_bits_32
    leaq -7(window,%rcx), window
    movq (window), word
.endm

.macro copy from, to, at
    movups \at(\from), %xmm1
    movups %xmm1, \at(\to)
.endm

/* In steps of 32 bytes, from `index` on until `size` is reached. */
.macro copy_steps from, index, index_32, size_32
1:  movups (\from,\index), %xmm1
    movups %xmm1, (out,\index)
    movups 16(\from,\index), %xmm1
    movups %xmm1, 16(out,\index)
    addl $32, \index_32
    cmpl \size_32, \index_32
    jb 1b
.endm

    .section .text.mgo_zstd_run, "ax", @progbits
    .globl mgo_zstd_run
    .hidden mgo_zstd_run
    .type mgo_zstd_run, @function
mgo_zstd_run:
    pushq %rbx
    pushq %rbp
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rdi, run
    movq OUT(run), out
    movq LITERALS(run), literals
    movq WINDOW(run), window
    movq WINDOW_BITS(run), word_bits
    movq COUNT(run), count
    movq OFFSET_STATE(run), offset_state
    movq LITERAL_LENGTH_STATE(run), literal_length_state
    movq MATCH_LENGTH_STATE(run), match_length_state
    movaps REPEATS(run), repeats
    movq (window), word

    .p2align 6
.Lsequence:
    movzbl OFFSETS+ENTRY_VALUE_BITS(run,offset_state,8), %eax
    movzbl MATCH_LENGTHS+ENTRY_VALUE_BITS(run,match_length_state,8), %ecx
    movzbl LITERAL_LENGTHS+ENTRY_VALUE_BITS(run,literal_length_state,8), %edx
    take %eax, offset, offset_32
    addl OFFSETS+ENTRY_VALUE(run,offset_state,8), offset_32
    take %ecx, match_length, match_length_32
    addl MATCH_LENGTHS+ENTRY_VALUE(run,match_length_state,8), match_length_32
    take %edx, literal_length, literal_length_32
    addl LITERAL_LENGTHS+ENTRY_VALUE(run,literal_length_state,8), literal_length_32
    cmpl $STATES_BITS_MAX, word_bits_32
    jl .Lfew_bits

.Lvalues_read:
    /* Run.resolve: %ecx is the place among the repeats, 3 for an offset that is new. */
    leal -1(offset_32), %ecx
    cmpl $1, literal_length_32
    adcl $0, %ecx
    movl $3, %edx
    cmpl %edx, %ecx
    cmovael %edx, %ecx
    subl %edx, offset_32
    pinsrd $3, offset_32, repeats
    addl %ecx, %ecx
    pshufb ROTATIONS(run,%rcx,8), repeats
    movd repeats, offset_32

    next_state literal_length_state, literal_length_state_32, LITERAL_LENGTHS
    next_state match_length_state, match_length_state_32, MATCH_LENGTHS
    next_state offset_state, offset_state_32, OFFSETS
    refill

    copy literals, out, 0
    copy literals, out, 16
    cmpl $SHORT_LITERALS, literal_length_32
    ja .Lmany_literals
    addq literal_length, out
    addq literal_length, literals

.Lmatch:
    /* One comparison for two: an offset below 16 becomes larger than any. */
    movq out, %rcx
    movq out, %rdx
    subq offset, %rcx
    subq FIRST_MATCH(run), %rdx
    leal -16(offset_32), %eax
    cmpq %rdx, %rax
    jg .Lnear_or_wrong
    copy %rcx, out, 0
    copy %rcx, out, 16
    copy %rcx, out, 32
    copy %rcx, out, 48
    cmpl $SHORT_MATCH, match_length_32
    ja .Llong_match
    addq match_length, out

.Lcopied:
    cmpq OUT_MAX(run), out
    ja .Lstop
    cmpq LITERALS_MAX(run), literals
    ja .Lstop
    cmpq WINDOW_MIN(run), window
    jb .Lstop
    decq count
    jnz .Lsequence
    incq count

.Lstop:
    decq count
    xorl %eax, %eax
.Lreturn:
    movq out, OUT(run)
    movq literals, LITERALS(run)
    movq window, WINDOW(run)
    movq word_bits, WINDOW_BITS(run)
    movq count, COUNT(run)
    movq offset_state, OFFSET_STATE(run)
    movq literal_length_state, LITERAL_LENGTH_STATE(run)
    movq match_length_state, MATCH_LENGTH_STATE(run)
    movaps repeats, REPEATS(run)
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbp
    popq %rbx
    ret

    /* Leaves the sequence to Run.finish; its literals are copied already. */
.Lstop_behind_literals:
    xorl %eax, %eax
.Lstop_within:
    decq count
    movq literal_length, LITERAL_LENGTH(run)
    movq match_length, MATCH_LENGTH(run)
    movq offset, OFFSET(run)
    movl $1, %eax
    jmp .Lreturn

    /* Too few bits for the states, and perhaps for the lengths: reads the lengths again. */
.Lfew_bits:
    addl %edx, word_bits_32
    addl %ecx, word_bits_32
    refill
    movzbl MATCH_LENGTHS+ENTRY_VALUE_BITS(run,match_length_state,8), %ecx
    take %ecx, match_length, match_length_32
    addl MATCH_LENGTHS+ENTRY_VALUE(run,match_length_state,8), match_length_32
    take %edx, literal_length, literal_length_32
    addl LITERAL_LENGTHS+ENTRY_VALUE(run,literal_length_state,8), literal_length_32
    refill
    jmp .Lvalues_read

.Lmany_literals:
    leaq (literals,literal_length), %rcx
    cmpq LITERALS_MAX(run), %rcx
    ja .Lstop_within
    leaq (out,literal_length), %rcx
    cmpq OUT_MAX(run), %rcx
    ja .Lstop_within
    movl $SHORT_LITERALS, %ecx
    copy_steps literals, %rcx, %ecx, literal_length_32
    addq literal_length, out
    addq literal_length, literals
    jmp .Lmatch

.Llong_match:
    leaq (out,match_length), %rdx
    cmpq OUT_MAX(run), %rdx
    ja .Lstop_behind_literals
.Lcopy_far:
    xorl %edx, %edx
    copy_steps %rcx, %rdx, %edx, match_length_32
    addq match_length, out
    jmp .Lcopied

    /* %rcx is the start of the match, %rdx the distance of `out` from FIRST_MATCH. */
.Lnear_or_wrong:
    leaq (out,match_length), %rax
    cmpq OUT_MAX(run), %rax
    ja .Lstop_behind_literals
    addq $16, %rdx
    /* Zero, which stands for the last offset less one, is for Run.finish, too. */
    subq $1, offset
    cmpq %rdx, offset
    leaq 1(offset), offset
    jae .Lstop_behind_literals
    cmpl $16, offset_32
    jae .Lcopy_far

    /* The match repeats its first bytes: as many of them at once as fit a register, up to %rax. */
    movups (%rcx), %xmm1
    movq PATTERNS(run), %rcx
    movzbl (%rcx,offset), %edx
    shll $4, offset_32
    pshufb (%rcx,offset), %xmm1
2:  movups %xmm1, (out)
    addq %rdx, out
    cmpq %rax, out
    jb 2b
    movq %rax, out
    jmp .Lcopied

    .section .note.GNU-stack, "", @progbits

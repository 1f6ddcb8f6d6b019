/*
 * Lines of launcher/arch/fault.zig, beside its code: a page of the mapping that lies past the end of a file that is cut
 * short cannot be read.
 */

    .section .text.fault, "ax", %progbits
    .globl launcher_cut_short
    .hidden launcher_cut_short
launcher_cut_short:
    .asciz "[mgo] launcher: bundle damaged: file is cut short\n"
    .globl launcher_bad_access
    .hidden launcher_bad_access
launcher_bad_access:
    .asciz "[mgo] launcher: bundle damaged: the launcher faulted\n"
    .balign 8

    .section .note.GNU-stack, "", %progbits

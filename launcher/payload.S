/*
 * Placeholders of the sections that the bundle writer fills. The payload's starts with magic and version of
 * engine/format/format.zig, by which the writer knows whether a launcher reads what it writes; the check after
 * linking compares them.
 */

    .section .mgo, "a", %progbits
    .balign 64
    .globl launcher_payload
    .hidden launcher_payload
launcher_payload:
    .ascii "\211mgo\r\n\032\n"
    .short 2
    .zero 54

    .section .go.buildinfo, "a", %progbits
    .balign 16
    .zero 16

/*
 * NT_GNU_BUILD_ID: sizes of name and contents, type, name, and room for the contents. LLD drops sections of the name
 * that this one gets.
 */
    .section .note.build-id, "a", %note
    .balign 4
    .long 4
    .long 20
    .long 3
    .asciz "GNU"
    .zero 20

    .section .note.GNU-stack, "", %progbits

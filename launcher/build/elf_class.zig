//! Structs of ELF files of either class.
const elf = @import("std").elf;

pub const Class32 = struct {
    pub const Ehdr = elf.Elf32_Ehdr;
    pub const Phdr = elf.Elf32_Phdr;
    pub const Shdr = elf.Elf32_Shdr;
};
pub const Class64 = struct {
    pub const Ehdr = elf.Elf64_Ehdr;
    pub const Phdr = elf.Elf64_Phdr;
    pub const Shdr = elf.Elf64_Shdr;
};

//! The wire between mgo and the engine's WebAssembly module. `zig build format` writes it to `src/engine/wire.ts`, and
//! engine/engine.zig fails to compile where its exports differ.

const payload_align = @import("format.zig").payload_align;
const variant_count_max = @import("format.zig").variant_count_max;
const Changes = @import("format.zig").Changes;

/// The functions that the module exports: their arguments, by name and in order, and their results.
/// engine/engine.zig says what they do.
pub const exports = struct {
    pub const allocate = Function(struct { size: usize }, usize);
    pub const release = Function(struct { address: usize, size: usize }, void);
    pub const resultAddress = Function(struct {}, usize);

    pub const directorySize = Function(struct {
        start: [*]align(payload_align) const u8,
        size: usize,
        payload_size: u64,
    }, usize);
    pub const parseDirectory = Function(struct {
        start: [*]align(payload_align) const u8,
        size: usize,
        payload_size: u64,
        parsed: *ParsedDirectory,
    }, u32);

    pub const makeRecipe = Function(struct {
        base: [*]const u8,
        base_size: usize,
        variant: [*]const u8,
        variant_size: usize,
        request: *const Request,
    }, usize);
    pub const measureChanges = Function(struct {
        base: [*]const u8,
        base_size: usize,
        variant: [*]const u8,
        variant_size: usize,
        request: *const Request,
    }, usize);
    pub const findOwnFile = Function(struct {
        file: [*]const u8,
        size: usize,
        request: *const Request,
    }, usize);
    pub const openRecipe = Function(struct {
        recipe: [*]const u8,
        recipe_size: usize,
        base: [*]const u8,
        base_size: usize,
        image_size: usize,
        in_place: bool,
    }, usize);
    pub const closeRecipe = Function(struct { opened: usize }, void);
    pub const predictRange = Function(struct {
        architecture: u32,
        opened: usize,
        frame_position: u64,
        frame_size: usize,
        filter_size: u64,
        offset: u64,
        output: [*]u8,
        size: usize,
    }, void);
    pub const variantPosition = Function(struct { opened: usize, position: u64 }, u64);

    pub const makePatches = Function(struct {
        prediction: [*]const u8,
        actual: [*]const u8,
        size: usize,
        all: bool,
    }, usize);
    pub const patchesSizeMax = Function(struct { size: usize }, usize);
    pub const applyPatches = Function(struct {
        prediction: [*]u8,
        size: usize,
        patches: [*]const u8,
        patches_size: usize,
    }, bool);

    pub const filterCode = Function(struct {
        architecture: u32,
        bytes: [*]u8,
        size: usize,
        position: u64,
        file_size: u64,
        forward: bool,
    }, void);
    pub const deflateRange = Function(struct {
        input: [*]const u8,
        input_size: usize,
        output: [*]u8,
        output_size: usize,
    }, isize);

    pub const simplifyFrame = Function(struct {
        frame: [*]const u8,
        size: usize,
        decoded_size: usize,
        price: u32,
        output: [*]u8,
        output_size: usize,
    }, usize);
    pub const decodingTime = Function(struct { frame: [*]const u8, size: usize, decoded_size: usize }, f64);

    pub const hashStart = Function(struct {}, void);
    pub const hashPiece = Function(struct { bytes: [*]const u8, size: usize }, void);
    pub const hashValue = Function(struct {}, u64);
};

/// One of `exports`.
fn Function(comptime ArgumentsType: type, comptime ResultType: type) type {
    return struct {
        pub const Arguments = ArgumentsType;
        pub const Result = ResultType;
    };
}

/// Fails to compile unless the public functions of a namespace are `exports`.
pub fn expectExports(comptime Engine: type) void {
    comptime {
        for (@typeInfo(exports).@"struct".decls) |declared| {
            if (!@hasDecl(Engine, declared.name)) @compileError("the engine does not export " ++ declared.name);
            const wanted = @field(exports, declared.name);
            const found = @typeInfo(@TypeOf(@field(Engine, declared.name))).@"fn";
            const arguments = @typeInfo(wanted.Arguments).@"struct".fields;
            var equal = arguments.len == found.params.len and found.return_type == wanted.Result;
            if (equal) for (arguments, found.params) |argument, param| {
                equal = equal and argument.type == param.type;
            };
            if (!equal) @compileError("the wire has another signature for " ++ declared.name);
        }
        for (@typeInfo(Engine).@"struct".decls) |found| {
            if (!@hasDecl(exports, found.name)) @compileError("the wire lacks " ++ found.name);
        }
    }
}

/// Facts that follow from the tables of a directory that was checked.
pub const ParsedDirectory = extern struct {
    /// The number that an error is about, for its message.
    detail: u32,
    /// Index of the variant in place, or of the one that others refer to.
    base: u32,
    /// As many as the header counts.
    variants: [variant_count_max]ParsedVariant,
};

pub const ParsedVariant = extern struct {
    /// In bytes.
    skeleton_size: u64,
    /// In bytes.
    stream_size: u64,
    /// Index of its first detached range.
    detached_first: u32,
    /// How many frames behind the extra ones decode to the skeleton; 0 for a variant in place.
    skeleton_frame_count: u32,
};

/// Counts of all that differs in a variant and its base but for addresses. Behind them stand `function_count` times a
/// `ChangedFunction`, and then their names.
pub const MeasuredChanges = extern struct {
    changes: Changes,
    function_count: u32,
    reserved: u32 = 0,
};

/// A function that differs, or that one of the two lacks; or code outside of Go's table of functions, without a name.
pub const ChangedFunction = extern struct {
    /// In bytes; 0 where there is none.
    base_size: u32,
    variant_size: u32,
    /// 1 for functions of Go's own runtime, else 0.
    is_runtime: u32,
    /// In bytes.
    name_size: u32,
};

/// Whether a program asks for its own file. Behind it stand the packages that do, as far as code tells, each with a
/// final zero.
pub const OwnFile = extern struct {
    /// 1 if it does, else 0.
    is_asked_for: u32,
    package_count: u32 = 0,
};

/// How a recipe is asked for, and changes are: two executables and, behind this struct, `pair_count` times a `Pair`,
/// then `frame_count` times a u32: where the base's frames start, in ascending order, if each prediction knows one of
/// them.
pub const Request = extern struct {
    /// Addresses at which the images start.
    base_image: u64,
    variant_image: u64,
    /// In bytes.
    base_image_size: u32,
    variant_image_size: u32,
    pair_count: u32,
    frame_count: u32,
    reserved: u32 = 0,
    /// A format.zig `Architecture`.
    architecture: u32,
};

/// A section that both executables have. Pairs ascend in both.
pub const Pair = extern struct {
    role: Role,
    base: Span,
    variant: Span,
};

/// The kind of a section's contents.
pub const Role = enum(u32) {
    /// Nothing in the file; it only takes space in memory.
    zeros = 0,
    bytes = 1,
    code = 2,
    data = 3,
    /// ELF relocations with addends (Elf64_Rela).
    relocations = 4,
    /// .gopclntab
    functions = 5,
};

pub const Span = extern struct {
    /// Relative to the image.
    address: u32,
    /// Position in the stream, or in what is given of the base, in bytes; of no meaning for `zeros`.
    offset: u32,
    /// In bytes.
    size: u32,

    pub fn end(span: Span) u32 {
        return span.address + span.size;
    }

    pub fn contains(span: Span, address: u32) bool {
        return address >= span.address and address - span.address < span.size;
    }

    /// The part of a span from `skip` bytes behind its start on.
    pub fn part(span: Span, skip: u32, size: u32) Span {
        return .{ .address = span.address + skip, .offset = span.offset + skip, .size = size };
    }
};

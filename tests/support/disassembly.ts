/** Functions of executables with symbols, as other programs see them: binutils' objdump and Go's nm. */
import type { Architecture } from "../../src/levels/level.ts";
import { expectSuccess, runProgram } from "./run.ts";

/** Instructions of a function, as objdump prints them with the word in front, and where the image is. */
type Normalise = (lines: readonly string[], image: Image) => readonly string[];

interface Image {
  readonly end: number;
  readonly symbols: ReadonlyMap<number, string>;
}

interface Disassembler {
  readonly objdump: string;
  /** Instructions between functions, which only align them. */
  readonly padding: RegExp;
  /** Leaves out of instructions what they have of addresses of data. */
  readonly normalise: Normalise;
}

const DISASSEMBLERS: Readonly<Record<Architecture, Disassembler>> = {
  amd64: {
    objdump: "objdump",
    padding: /^int3$/,
    normalise: (lines) =>
      lines.map((line) =>
        line
          .replace(/#.*/, "")
          .replaceAll(/-?0x[0-9a-f]+\(%rip\)/g, "(%rip)")
          .trim(),
      ),
  },
  arm: { objdump: "arm-linux-gnueabihf-objdump", padding: /^-$/, normalise: withoutPools },
  arm64: { objdump: "aarch64-linux-gnu-objdump", padding: /^udf\s+#0$/, normalise: withoutPages },
  riscv64: { objdump: "riscv64-linux-gnu-objdump", padding: /^unimp$/, normalise: withoutUpperHalves },
  ppc64le: { objdump: "powerpc64le-linux-gnu-objdump", padding: /^\.long 0x0$/, normalise: withoutHalves },
};

/** Takes the word off in front. */
const textOf = (line: string): string => line.replace(/^[^\t]*\t/, "").trim();

/** Words behind the code, from which LDR takes addresses. */
function withoutPools(lines: readonly string[], { end, symbols }: Image): readonly string[] {
  const words = lines.map((line) => Number.parseInt(line, 16));
  const pool = new Set(
    lines.flatMap((line, index) => {
      const offset = /\tldr\w*\s+\w+, \[pc, #(\d+)\]/.exec(line)?.[1];
      return offset === undefined ? [] : [index + 2 + Number(offset) / 4];
    }),
  );
  return lines.map((line, index) => {
    const word = words[index] ?? 0;
    if (!pool.has(index)) return textOf(line);
    return symbols.get(word) ?? (word >= 0x10000 && word < end ? "data" : String(word));
  });
}

/** ADRP, and the instruction that adds the place in the page. */
function withoutPages(lines: readonly string[]): readonly string[] {
  const pages = new Set<string>();
  return lines.map((line) => {
    const text = textOf(line);
    const [, page] = /^adrp\t(\w+)/.exec(text) ?? [];
    if (page !== undefined) {
      pages.add(page);
      return `adrp\t${page}`;
    }
    const [, front = "", base = ""] = /^(add\t\w+, |(?:ldr|str)\w*\t\w+, \[)(x\d+)(?=[,\]])/.exec(text) ?? [];
    const result = pages.has(base) ? `${front}${base}` : text;
    const [, changed = ""] = /^(?!st)\w+\t(x\d+)/.exec(text) ?? [];
    pages.delete(changed);
    return result;
  });
}

/** AUIPC, and the instruction behind it, of which objdump knows what they lead to. */
function withoutUpperHalves(lines: readonly string[]): readonly string[] {
  return lines.map((line, index) => {
    const text = textOf(line);
    if (text.startsWith("auipc")) return text.replace(/,.*/, "");
    const plain = text.replace(/ # .*/, "");
    if (!lines[index - 1]?.includes("\tauipc\t")) return plain;
    // The addition of 0 has a name of its own.
    return plain.replace(/^mv(\t.*)$/, "add$1,").replace(/-?\d+(?=\(\w+\)$)|-?\d+$/, "");
  });
}

/** lis, and the instruction behind it, where both make an address of the image; prefixed instructions. */
function withoutHalves(lines: readonly string[], { end }: Image): readonly string[] {
  const texts = lines.map(textOf);
  const lowOf = (index: number): string | undefined => {
    const [, register, high = ""] = /^lis\s+(r\d+),(-?\d+)$/.exec(texts[index] ?? "") ?? [];
    const low = /^\w+\s+\w+,(?:(r\d+),(-?\d+)|(-?\d+)\((r\d+)\))$/.exec(texts[index + 1] ?? "");
    const address = Number(high) * 0x10000 + Number(low?.[2] ?? low?.[3]);
    const isAddress = register !== undefined && register === (low?.[1] ?? low?.[4]);
    return isAddress && address >= 0x10000 && address < end ? register : undefined;
  };
  return texts.map((text, index) => {
    if (lowOf(index) !== undefined) return text.replace(/,.*/, "");
    if (lowOf(index - 1) !== undefined) return text.replace(/-?\d+(?=\(\w+\)$)|-?\d+$/, "");
    return /^p\w+ .*#/.test(text) ? text.replace(/,.*/, "") : text;
  });
}

/** The end of a name that the linker gives to a jump to a function that a call does not reach. */
const TRAMPOLINE = /([+-][0-9a-f]+)?-tramp\d+(?=>|$)/;

/**
 * Returns the instructions of each function, by name. What addresses in them lead to is there by name if it
 * is code, and left out if it is data. Several functions of one name are listed one after the other.
 */
function disassemble(path: string, architecture: Architecture): ReadonlyMap<string, readonly string[]> {
  const { objdump, padding, normalise } = DISASSEMBLERS[architecture];
  const raw = architecture === "amd64" ? "--no-show-raw-insn" : "--show-raw-insn";
  const command = [objdump, "-d", "-w", "-z", raw, "--no-addresses", path];
  const { stdout } = expectSuccess(runProgram(command, { ...process.env, LC_ALL: "C" }));
  const image = readImage(path);
  const functions = new Map<string, string[]>();
  for (const block of stdout.split("\n\n")) {
    const [head = "", ...lines] = block.trimStart().split("\n");
    const name = /^<(.*)>:$/.exec(head)?.[1];
    if (name === undefined || TRAMPOLINE.test(name)) continue;
    const direct = lines.map((line) => line.trimStart().replace(TRAMPOLINE, ""));
    const instructions = [...normalise(direct, image)];
    while (padding.test(instructions.at(-1) ?? "")) instructions.pop();
    const known = tableName(name);
    functions.set(known, [...(functions.get(known) ?? []), instructions.join("\n")]);
  }
  return functions;
}

/** Reads a line of nm: an address and a size in bytes, the kind of symbol, its name. */
const SYMBOL = /^ *([0-9a-f]+) +(\d+) ([A-Za-z]) (.+)$/gm;

function readSymbols(path: string) {
  const { stdout } = expectSuccess(runProgram(["go", "tool", "nm", "-size", path], process.env));
  return [...stdout.matchAll(SYMBOL)].map(([, address = "", size = "", kind = "", name = ""]) => ({
    address: Number.parseInt(address, 16),
    size: Number(size),
    isCode: /[Tt]/.test(kind),
    name: tableName(name),
  }));
}

function readImage(path: string): Image {
  const symbols = readSymbols(path);
  const end = Math.max(...symbols.map(({ address, size }) => address + size));
  return {
    end,
    symbols: new Map(symbols.filter(({ isCode }) => isCode).map(({ address, name }) => [address, name])),
  };
}

/** Returns the sizes of functions in bytes, by name: of several of one name, in ascending order. */
export function sizesOf(path: string): ReadonlyMap<string, readonly number[]> {
  const sizes = new Map<string, readonly number[]>();
  for (const { name, size, isCode } of readSymbols(path)) {
    if (isCode)
      sizes.set(
        name,
        [...(sizes.get(name) ?? []), size].sort((a, b) => a - b),
      );
  }
  return sizes;
}

/** A symbol's name as Go's table of functions has it: without the ABI. */
function tableName(symbol: string): string {
  return symbol.replace(/\.abi(0|internal)$/, "");
}

/** Returns the names of functions that two executables do not both have, or have with other instructions. */
export function differingFunctions(
  base: string,
  variant: string,
  architecture: Architecture = "amd64",
): readonly string[] {
  const [a, b] = [base, variant].map((path) => disassemble(path, architecture));
  const names = new Set([...(a?.keys() ?? []), ...(b?.keys() ?? [])]);
  return [...names].filter((name) => String(a?.get(name)) !== String(b?.get(name))).sort();
}

/** Functions of executables with symbols, as other programs see them: binutils' objdump and Go's nm. */
import { expectSuccess, runProgram } from "./run.ts";

/**
 * Returns the instructions of each function, by name. What addresses in them lead to is there by name if it
 * is code, and left out if it is data. Several functions of one name are listed one after the other.
 */
function disassemble(path: string): ReadonlyMap<string, readonly string[]> {
  const command = ["objdump", "-d", "-w", "--no-show-raw-insn", "--no-addresses", path];
  const { stdout } = expectSuccess(runProgram(command, { ...process.env, LC_ALL: "C" }));
  const functions = new Map<string, string[]>();
  for (const block of stdout.split("\n\n")) {
    const [head = "", ...lines] = block.trimStart().split("\n");
    const name = /^<(.*)>:$/.exec(head)?.[1];
    if (name === undefined) continue;
    const instructions = lines.map((line) =>
      line
        .replace(/#.*/, "")
        .replaceAll(/-?0x[0-9a-f]+\(%rip\)/g, "(%rip)")
        .trim(),
    );
    while (instructions.at(-1) === "int3") instructions.pop();
    const known = tableName(name);
    functions.set(known, [...(functions.get(known) ?? []), instructions.join("\n")]);
  }
  return functions;
}

/** Returns the sizes of functions in bytes, by name: of several of one name, in ascending order. */
export function sizesOf(path: string): ReadonlyMap<string, readonly number[]> {
  const { stdout } = expectSuccess(runProgram(["go", "tool", "nm", "-size", path], process.env));
  const sizes = new Map<string, readonly number[]>();
  for (const [, size, symbol = ""] of stdout.matchAll(/^ *[0-9a-f]+ +(\d+) [Tt] (.+)$/gm)) {
    const name = tableName(symbol);
    sizes.set(
      name,
      [...(sizes.get(name) ?? []), Number(size)].sort((a, b) => a - b),
    );
  }
  return sizes;
}

/** A symbol's name as Go's table of functions has it: without the ABI. */
function tableName(symbol: string): string {
  return symbol.replace(/\.abi(0|internal)$/, "");
}

/** Returns the names of functions that two executables do not both have, or have with other instructions. */
export function differingFunctions(base: string, variant: string): readonly string[] {
  const [a, b] = [disassemble(base), disassemble(variant)];
  const names = new Set([...a.keys(), ...b.keys()]);
  return [...names].filter((name) => String(a.get(name)) !== String(b.get(name))).sort();
}

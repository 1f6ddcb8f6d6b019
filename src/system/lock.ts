/**
 * Locks that end with the process that holds them, however it ends: flock(2). By them a run tells the scratch
 * of running processes from the leftovers of killed ones.
 *
 * Node has no flock and cannot call it: there, locks are "unsupported".
 */
import { closeSync, constants, fstatSync, lstatSync, openSync } from "node:fs";
import { createRequire } from "node:module";
import { constants as system } from "node:os";
import { hasCode } from "./error.ts";

/** Flags of flock(2) in <sys/file.h>, the same on Linux and macOS. */
const LOCK_EX = 2;
const LOCK_NB = 4;

/** C libraries by system, and their names of the function that returns the address of errno. */
const LIBRARIES = [
  ["libc.so.6", "__errno_location"],
  [`libc.musl-${process.arch === "arm64" ? "aarch64" : "x86_64"}.so.1`, "__errno_location"],
  ["libSystem.B.dylib", "__error"],
] as const;

/** Returns 0, or the error's number. */
type Flock = (descriptor: number, operation: number) => number;

export interface Lock {
  /** Tells whether the path still names the locked file or folder. */
  holds(path: string): boolean;
  release(): void;
}

let flock: Flock | undefined;

/**
 * Locks a file or a folder, without waiting.
 *
 * @returns "busy" if another process has locked it or it is gone; "unsupported" if it may not be opened, or
 * if the file system or this system has no such locks
 */
export function tryLock(path: string): Lock | "busy" | "unsupported" {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  } catch (error) {
    return hasCode(error, "ENOENT") ? "busy" : "unsupported";
  }
  flock ??= loadFlock();
  const failure = flock(descriptor, LOCK_EX | LOCK_NB);
  if (failure === 0) return lockOf(descriptor);
  closeSync(descriptor);
  return failure === system.errno.EWOULDBLOCK ? "busy" : "unsupported";
}

function lockOf(descriptor: number): Lock {
  return {
    holds(path) {
      const [locked, named] = [fstatSync(descriptor), lstatSync(path, { throwIfNoEntry: false })];
      return locked.ino === named?.ino && locked.dev === named.dev;
    },
    release: () => closeSync(descriptor),
  };
}

function loadFlock(): Flock {
  if (process.versions.bun === undefined) return () => system.errno.ENOSYS;
  const { dlopen, read }: typeof import("bun:ffi") = createRequire(import.meta.url)("bun:ffi");
  for (const [file, errno] of LIBRARIES) {
    try {
      const { symbols } = dlopen(file, { flock: { args: ["i32", "i32"], returns: "i32" } });
      const { symbols: errors } = dlopen(file, { [errno]: { args: [], returns: "ptr" } });
      return (descriptor, operation) => {
        if (symbols.flock(descriptor, operation) === 0) return 0;
        const place = errors[errno]?.() ?? null;
        return place === null ? system.errno.ENOSYS : read.i32(place, 0);
      };
    } catch {
      // The library of another system.
    }
  }
  return () => system.errno.ENOSYS;
}

/**
 * Locks that end with the process that holds them, however it ends: flock(2), by which a run tells what belongs to
 * a run that still goes on from what a killed one has left.
 *
 * Node has no flock and no way to call it: there they are "unsupported".
 */
import { closeSync, constants, fstatSync, lstatSync, openSync } from "node:fs";
import { createRequire } from "node:module";
import { constants as system } from "node:os";

/** From <sys/file.h>; the same on Linux and macOS. */
const LOCK_EX = 2;
const LOCK_NB = 4;

/** Where the C library may be, and what it calls the function that tells where errno is. */
const LIBRARIES = [
  ["libc.so.6", "__errno_location"],
  [`libc.musl-${process.arch === "arm64" ? "aarch64" : "x86_64"}.so.1`, "__errno_location"],
  ["libSystem.B.dylib", "__error"],
] as const;

/** @returns 0, or the number of the error */
type Flock = (descriptor: number, operation: number) => number;

export interface Lock {
  /** Whether the path still names what is locked. */
  holds(path: string): boolean;
  release(): void;
}

let flock: Flock | undefined;

/**
 * Locks a file or a folder, without waiting.
 *
 * @returns "busy" if somebody else has locked it or it is gone; "unsupported" where the file system, or this system,
 * has no such locks, or the file may not be opened
 */
export function tryLock(path: string): Lock | "busy" | "unsupported" {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ENOENT" ? "busy" : "unsupported";
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
      // Another system's library.
    }
  }
  return () => system.errno.ENOSYS;
}

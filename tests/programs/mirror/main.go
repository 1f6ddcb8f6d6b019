// Mirror prints, as JSON, what a program can see of how it was started: with WAIT in the environment, once its input
// has ended; with CRASH, nothing, as it ends with a core dump.
//
// What no two plain starts of a program have in common is left out: process ids, times, sizes of
// memory, and addresses, unless those are not random (setarch -R).
package main

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
)

// What is a thread's own is asked of the first one.
func init() { runtime.LockOSThread() }

// early returns /proc/self/maps and /proc/self/status as they were before Go's runtime started; in C
// (-tags=early) only.
var early func() (string, string)

func main() {
	if os.Getenv("WAIT") != "" {
		_, _ = io.Copy(io.Discard, os.Stdin)
	}
	if os.Getenv("CRASH") != "" {
		debug.SetTraceback("crash")
		panic("as asked")
	}
	folder, _ := os.Getwd()
	exe, _ := os.Readlink("/proc/self/exe")
	report := map[string]any{
		"args":      os.Args,
		"env":       os.Environ(),
		"folder":    filepath.Clean(folder),
		"open":      openFiles(),
		"status":    facts(string(read("status"))),
		"files":     procFiles(),
		"limits":    string(read("limits")),
		"exe":       exe,
		"auxv":      maskedVector(),
		"stat":      stat(),
		"calls":     calls(),
		"addresses": addresses(exe),
	}
	if early != nil {
		mapped, status := early()
		report["early"] = map[string]any{"maps": maps(mapped, exe), "status": facts(status), "threads": threads(status)}
	}
	if err := json.NewEncoder(os.Stdout).Encode(report); err != nil {
		os.Exit(3)
	}
}

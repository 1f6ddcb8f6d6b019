// Prepare becomes another program, after it has set up what that is to inherit:
//
//	prepare STEP... -- FILE [ARGUMENT...]
//
// Each step is a name, perhaps with a value: name=value. Unlike a shell it can set up anything that
// a system call can, and execute in any way that there is.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"syscall"
	"unsafe"
)

// The main thread sets everything up, as much of that is a thread's own, and executes.
func init() { runtime.LockOSThread() }

func main() {
	way := way{call: byPath}
	steps := os.Args[1:]
	for ; len(steps) > 0 && steps[0] != "--"; steps = steps[1:] {
		name, value, _ := strings.Cut(steps[0], "=")
		if step, known := setups[name]; known {
			step(value)
		} else if step, known := ways[name]; known {
			step(&way, value)
		} else {
			fail("unknown step", name)
		}
	}
	if len(steps) < 2 {
		fail("no program")
	}
	way.file = steps[1]
	if way.arguments == nil {
		way.arguments = steps[1:]
	}
	way.execute()
}

// fail ends the program with a status that no program under test has.
func fail(reasons ...any) {
	fmt.Fprintln(os.Stderr, append([]any{"prepare:"}, reasons...)...)
	os.Exit(99)
}

// must makes a system call that may not fail, in the main thread.
func must(number uintptr, arguments ...uintptr) uintptr {
	var six [6]uintptr
	copy(six[:], arguments)
	result, _, failure := syscall.RawSyscall6(number, six[0], six[1], six[2], six[3], six[4], six[5])
	if failure != 0 {
		fail("system call", number, failure)
	}
	return result
}

func pointer[T any](value *T) uintptr { return uintptr(unsafe.Pointer(value)) }

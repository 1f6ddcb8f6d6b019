package main

import (
	"os"
	"strings"
	"syscall"
	"unsafe"
)

// way is how the program is executed.
type way struct {
	call      func(w *way, arguments, environment uintptr) syscall.Errno
	file      string
	arguments []string
	// The first argument is another than the file.
	name *string
	// Bytes that further arguments take, their final zeros included.
	pad int
}

var ways = map[string]func(w *way, value string){
	// No arguments at all, not even a name.
	"argc0": func(w *way, _ string) { w.arguments = []string{} },
	"argv0": func(w *way, value string) { w.name = &value },
	"pad":   func(w *way, bytes string) { w.pad = int(number(bytes)) },
	// By a descriptor, as fexecve does.
	"fexecve": func(w *way, _ string) { w.call = byDescriptor(0) },
	// By a descriptor that will be closed.
	"fexecve-cloexec": func(w *way, _ string) { w.call = byDescriptor(syscall.O_CLOEXEC) },
	// By a descriptor of a file that has no name any more.
	"fexecve-deleted": func(w *way, _ string) { w.call = removed },
	// By execveat, of a path that counts from a folder.
	"execveat": func(w *way, folder string) { w.call = below(folder) },
}

func (w *way) execute() {
	arguments := append([]string{}, w.arguments...)
	if w.name != nil {
		arguments[0] = *w.name
	}
	for rest := w.pad; rest > 0; {
		size := rest
		// Linux has a limit for each argument as well: MAX_ARG_STRLEN.
		if size > 100_000 {
			size = 50_000
		}
		arguments = append(arguments, strings.Repeat("x", size-1))
		rest -= size
	}
	argv, err := syscall.SlicePtrFromStrings(arguments)
	if err != nil {
		fail(err)
	}
	envv, err := syscall.SlicePtrFromStrings(os.Environ())
	if err != nil {
		fail(err)
	}
	if failure := w.call(w, pointer(&argv[0]), pointer(&envv[0])); failure != 0 {
		// As shells and env report it.
		os.Stderr.WriteString("prepare: " + failure.Error() + "\n")
		os.Exit(126)
	}
}

func byPath(w *way, arguments, environment uintptr) syscall.Errno {
	path, err := syscall.BytePtrFromString(w.file)
	if err != nil {
		fail(err)
	}
	_, _, failure := syscall.RawSyscall(syscall.SYS_EXECVE, pointer(path), arguments, environment)
	return failure
}

const (
	sysExecveat = 322
	atEmptyPath = 0x1000
)

func byDescriptor(flags int) func(*way, uintptr, uintptr) syscall.Errno {
	return func(w *way, arguments, environment uintptr) syscall.Errno {
		descriptor, err := syscall.Open(w.file, syscall.O_RDONLY|flags, 0)
		if err != nil {
			fail(err)
		}
		return executeAt(descriptor, "", arguments, environment)
	}
}

// removed executes a copy, which it removes before.
func removed(w *way, arguments, environment uintptr) syscall.Errno {
	content, err := os.ReadFile(w.file)
	if err != nil {
		fail(err)
	}
	// In the current folder, under the file's own name.
	w.file = "./" + w.file[strings.LastIndexByte(w.file, '/')+1:]
	// What has the name there may be a link to a file that others execute.
	if err := os.Remove(w.file); err != nil && !os.IsNotExist(err) {
		fail(err)
	}
	if err := os.WriteFile(w.file, content, 0o755); err != nil {
		fail(err)
	}
	descriptor, err := syscall.Open(w.file, syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		fail(err)
	}
	if err := os.Remove(w.file); err != nil {
		fail(err)
	}
	return executeAt(descriptor, "", arguments, environment)
}

func below(folder string) func(*way, uintptr, uintptr) syscall.Errno {
	return func(w *way, arguments, environment uintptr) syscall.Errno {
		descriptor, err := syscall.Open(folder, syscall.O_RDONLY|syscall.O_DIRECTORY|syscall.O_CLOEXEC, 0)
		if err != nil {
			fail(err)
		}
		return executeAt(descriptor, w.file, arguments, environment)
	}
}

func executeAt(descriptor int, path string, arguments, environment uintptr) syscall.Errno {
	flags := uintptr(0)
	if path == "" {
		flags = atEmptyPath
	}
	bytes, err := syscall.BytePtrFromString(path)
	if err != nil {
		fail(err)
	}
	_, _, failure := syscall.RawSyscall6(
		sysExecveat, uintptr(descriptor), uintptr(unsafe.Pointer(bytes)), arguments, environment, flags, 0)
	return failure
}

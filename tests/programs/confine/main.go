// Confine executes a program whose system calls a seccomp filter refuses:
//
//	confine RULE... -- PROGRAM ARGUMENT...
//
// A rule is NUMBER=ERRNO, which lets that call fail with that error; NUMBER=kill, which ends the process; only=N,N,…,
// which lets all other calls fail with EPERM; mdwe, what systemd makes of MemoryDenyWriteExecute=yes; or mlock, which
// locks all memory from now on.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"unsafe"
)

// As of <linux/seccomp.h> and <linux/filter.h>.
const (
	seccompModeFilter = 2
	prSetSeccomp      = 22
	prSetNoNewPrivs   = 38

	retAllow = 0x7fff0000
	retErrno = 0x00050000
	retKill  = 0x80000000

	load = syscall.BPF_LD | syscall.BPF_W | syscall.BPF_ABS
	give = syscall.BPF_RET | syscall.BPF_K
)

// Offsets in struct seccomp_data: the call's number, and the lower half of an argument.
const numberAt = 0

func argumentAt(index uint32) uint32 { return 16 + 8*index }

// What a call that may make memory executable is refused for.
type condition struct {
	number, argument, mask uint32
}

// As systemd has it (src/shared/seccomp-util.c, seccomp_memory_deny_write_execute).
var writeExecute = []condition{
	{syscall.SYS_MMAP, 2, syscall.PROT_WRITE | syscall.PROT_EXEC},
	{syscall.SYS_MPROTECT, 2, syscall.PROT_EXEC},
	{329, 2, syscall.PROT_EXEC}, // pkey_mprotect
	{syscall.SYS_SHMAT, 2, 0o100000},
}

func main() {
	rules, command := split(os.Args[1:])
	path, err := exec.LookPath(command[0])
	check(err)
	var filter []syscall.SockFilter
	for _, rule := range rules {
		filter = append(filter, compile(rule)...)
	}
	filter = append(filter, statement(give, retAllow))
	// A filter is of a thread, and exec leaves only this one.
	runtime.LockOSThread()
	if os.Getuid() != 0 {
		check(prctl(prSetNoNewPrivs, 1, 0))
	}
	program := syscall.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	check(prctl(prSetSeccomp, seccompModeFilter, uintptr(unsafe.Pointer(&program))))
	check(syscall.Exec(path, command, os.Environ()))
}

func split(args []string) (rules, command []string) {
	for i, arg := range args {
		if arg == "--" && i+1 < len(args) {
			return args[:i], args[i+1:]
		}
	}
	check(fmt.Errorf("no program"))
	return nil, nil
}

func compile(rule string) []syscall.SockFilter {
	name, value, _ := strings.Cut(rule, "=")
	switch name {
	case "mlock":
		check(syscall.Mlockall(syscall.MCL_CURRENT | syscall.MCL_FUTURE))
		return nil
	case "mdwe":
		var filter []syscall.SockFilter
		for _, refused := range writeExecute {
			filter = append(filter,
				statement(load, numberAt),
				unless(refused.number, 4),
				statement(load, argumentAt(refused.argument)),
				statement(syscall.BPF_ALU|syscall.BPF_AND|syscall.BPF_K, refused.mask),
				unless(refused.mask, 1),
				statement(give, retErrno|uint32(syscall.EPERM)),
			)
		}
		return filter
	case "only":
		filter := []syscall.SockFilter{statement(load, numberAt)}
		for _, number := range strings.Split(value, ",") {
			filter = append(filter, unless(parse(number), 1), statement(give, retAllow))
		}
		return append(filter, statement(give, retErrno|uint32(syscall.EPERM)))
	}
	result := uint32(retKill)
	if value != "kill" {
		result = retErrno | parse(value)
	}
	return []syscall.SockFilter{statement(load, numberAt), unless(parse(name), 1), statement(give, result)}
}

func statement(code uint16, k uint32) syscall.SockFilter {
	return syscall.SockFilter{Code: code, K: k}
}

// unless skips that many statements if what was loaded is another value.
func unless(value uint32, skipped uint8) syscall.SockFilter {
	return syscall.SockFilter{Code: syscall.BPF_JMP | syscall.BPF_JEQ | syscall.BPF_K, Jf: skipped, K: value}
}

func prctl(option, first, second uintptr) error {
	if _, _, errno := syscall.RawSyscall6(syscall.SYS_PRCTL, option, first, second, 0, 0, 0); errno != 0 {
		return errno
	}
	return nil
}

func parse(number string) uint32 {
	value, err := strconv.ParseUint(number, 10, 16)
	check(err)
	return uint32(value)
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "confine:", err)
		os.Exit(125)
	}
}

package main

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"unsafe"
)

// What the program inherits, as proc(5), execve(2) and the pages of the calls tell.
var setups = map[string]func(value string){
	// Signals, as a list of numbers.
	"ignore":  func(value string) { each(value, ignore) },
	"default": func(value string) { each(value, setDefault) },
	"block":   func(value string) { each(value, block) },
	// Raised now: they wait, if they are blocked. To the process, whose other threads know only those as blocked
	// that were when it started, or to its main thread.
	"raise": func(value string) {
		each(value, func(n int) { must(syscall.SYS_KILL, uintptr(os.Getpid()), uintptr(n)) })
	},
	"raise-thread": func(value string) { each(value, raiseThread) },
	// A timer (ITIMER_REAL, ITIMER_VIRTUAL or ITIMER_PROF), in hours.
	"timer": func(value string) { setTimer(value, 3600, 0) },
	// The same, in microseconds.
	"timer-soon": func(value string) { setTimer(value, 0, 1) },
	// A POSIX timer, in hours: it does not survive.
	"posix-timer": posixTimer,
	// A descriptor with a lock of flock(2), one of fcntl(2), at an offset.
	"flock": func(path string) { must(syscall.SYS_FLOCK, keep(path), syscall.LOCK_EX) },
	"lock":  lock,
	"seek":  func(path string) { must(syscall.SYS_LSEEK, keep(path), 3, 0) },
	// A folder whose path is longer than any path may be, with the file of that name in it.
	"deep": deep,
	// <linux/prctl.h>
	"pdeathsig":    func(value string) { prctl(1, value) },
	"dumpable":     func(value string) { prctl(4, value) },
	"tsc":          func(value string) { prctl(26, value) },
	"securebits":   func(value string) { prctl(28, value) },
	"timerslack":   func(value string) { prctl(29, value) },
	"subreaper":    func(value string) { prctl(36, value) },
	"no-new-privs": func(value string) { prctl(38, value) },
	"thp-disable":  func(value string) { prctl(41, value) },
	// Priorities, CPUs, and how they are shared.
	"nice":     func(value string) { must(syscall.SYS_SETPRIORITY, 0, 0, number(value)) },
	"ioprio":   func(value string) { must(syscall.SYS_IOPRIO_SET, 1, 0, number(value)) },
	"affinity": affinity,
	"scheduler": func(value string) {
		parameter := int32(0)
		must(syscall.SYS_SCHED_SETSCHEDULER, 0, number(value), pointer(&parameter))
	},
	// Files of /proc/self: file:text.
	"write": write,
	// Memory locks of now and later: they do not survive.
	"lock-memory": func(string) { must(syscall.SYS_MLOCKALL, 3) },
	"personality": func(value string) { must(syscall.SYS_PERSONALITY, number(value)) },
	// A filter of system calls that allows them all.
	"seccomp": seccomp,
	// A keyring of its own for the session.
	"keyring": keyring,
}

func number(value string) uintptr {
	parsed, err := strconv.ParseInt(value, 0, 64)
	if err != nil {
		fail(err)
	}
	return uintptr(parsed)
}

func each(values string, do func(int)) {
	for _, value := range strings.Split(values, ",") {
		do(int(number(value)))
	}
}

// The kernel's struct sigaction.
type action struct{ handler, flags, restorer, mask uintptr }

func ignore(signal int) {
	must(syscall.SYS_RT_SIGACTION, uintptr(signal), pointer(&action{handler: 1}), 0, 8)
}
func setDefault(signal int) {
	must(syscall.SYS_RT_SIGACTION, uintptr(signal), pointer(&action{}), 0, 8)
}

func block(signal int) {
	mask := uint64(1) << (signal - 1)
	must(syscall.SYS_RT_SIGPROCMASK, 0, pointer(&mask), 0, 8)
}

func raiseThread(signal int) {
	must(syscall.SYS_TGKILL, uintptr(os.Getpid()), uintptr(syscall.Gettid()), uintptr(signal))
}

func setTimer(which string, seconds, microseconds int64) {
	timer := [2]syscall.Timeval{{}, {Sec: int64(seconds), Usec: int64(microseconds)}}
	if microseconds == 0 {
		timer[0].Sec = 7
	}
	must(syscall.SYS_SETITIMER, number(which), pointer(&timer), 0)
}

func posixTimer(string) {
	timer := int32(0)
	must(syscall.SYS_TIMER_CREATE, 1, 0, pointer(&timer))
	times := [2]syscall.Timespec{{Sec: 7}, {Sec: 3600}}
	must(syscall.SYS_TIMER_SETTIME, uintptr(timer), 0, pointer(&times), 0)
}

// keep opens a file for the program.
func keep(path string) uintptr {
	descriptor, err := syscall.Open(path, syscall.O_RDWR|syscall.O_CREAT, 0o600)
	if err != nil {
		fail(err)
	}
	return uintptr(descriptor)
}

func lock(path string) {
	if err := syscall.FcntlFlock(keep(path), syscall.F_SETLK, &syscall.Flock_t{Type: syscall.F_WRLCK}); err != nil {
		fail(err)
	}
}

func deep(name string) {
	folder := strings.Repeat("d", 250)
	for i := 0; i < 20; i++ {
		for _, err := range []error{os.Mkdir(folder, 0o755), os.Link(name, folder+"/"+name), os.Chdir(folder)} {
			if err != nil {
				fail(err)
			}
		}
	}
}

func prctl(option uintptr, value string) { must(syscall.SYS_PRCTL, option, number(value)) }

func affinity(value string) {
	var set [128]byte
	each(value, func(cpu int) { set[cpu/8] |= 1 << (cpu % 8) })
	must(syscall.SYS_SCHED_SETAFFINITY, 0, uintptr(len(set)), pointer(&set))
}

func write(value string) {
	name, text, _ := strings.Cut(value, ":")
	if err := os.WriteFile("/proc/self/"+name, []byte(text), 0); err != nil {
		fail(err)
	}
}

func seccomp(string) {
	// BPF_RET | BPF_K: SECCOMP_RET_ALLOW
	filter := [1]syscall.SockFilter{{Code: 0x06, K: 0x7fff0000}}
	program := syscall.SockFprog{Len: 1, Filter: &filter[0]}
	// PR_SET_SECCOMP, SECCOMP_MODE_FILTER
	must(syscall.SYS_PRCTL, 22, 2, pointer(&program))
}

func keyring(name string) {
	text, err := syscall.BytePtrFromString(name)
	if err != nil {
		fail(err)
	}
	// KEYCTL_JOIN_SESSION_KEYRING
	must(syscall.SYS_KEYCTL, 1, uintptr(unsafe.Pointer(text)))
}

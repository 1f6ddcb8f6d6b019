// Interrupt starts a program, sends it a signal in the middle of its start, and prints how it ended:
//
//	interrupt CALL SIGNAL FILE [ARGUMENT...]
//
// The signal is sent when the program's main thread enters the system call of that number, 0 for its very first
// moment. Threads that it has started until then have not come to do anything. A program that the signal stops is
// continued.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"syscall"
)

// Only the thread that has started a program can trace it.
func init() { runtime.LockOSThread() }

func main() {
	number, err := strconv.ParseUint(os.Args[1], 10, 64)
	check(err)
	signal, err := strconv.Atoi(os.Args[2])
	check(err)
	command := exec.Command(os.Args[3], os.Args[4:]...)
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	// In a group of its own: SIGTSTP stops nothing in one that nobody of its session outside of it has started.
	command.SysProcAttr = &syscall.SysProcAttr{Ptrace: true, Setpgid: true}
	check(command.Start())
	process := command.Process.Pid

	if status := await(process); !status.Stopped() {
		fail("the program did not start")
	}
	check(syscall.PtraceSetOptions(process, syscall.PTRACE_O_TRACECLONE))
	if number != 0 {
		runUntil(process, number)
	}
	threads := threadsOf(process)
	check(syscall.Kill(process, syscall.Signal(signal)))
	for _, thread := range threads {
		err := syscall.PtraceDetach(thread)
		switch {
		case err == nil:
		case err != syscall.ESRCH:
			fail(err)
		case thread != process:
			// It has ended, and its process only ends when its tracer knows.
			_, err = syscall.Wait4(thread, nil, syscall.WALL, nil)
			check(err)
		}
	}

	status := await(process)
	stopped := status.Stopped()
	if stopped {
		check(syscall.Kill(process, syscall.SIGCONT))
		status = await(process)
	}
	fmt.Printf("threads=%d stopped=%v exited=%v status=%d signal=%d\n",
		len(threads), stopped, status.Exited(), status.ExitStatus(), int(status.Signal()))
}

// runUntil returns when the program enters that system call.
func runUntil(process int, number uint64) {
	for {
		check(syscall.PtraceSyscall(process, 0))
		status := await(process)
		if !status.Stopped() {
			fail("the program ended before")
		}
		var registers syscall.PtraceRegs
		check(syscall.PtraceGetRegs(process, &registers))
		if status.StopSignal() == syscall.SIGTRAP && registers.Orig_rax == number {
			return
		}
	}
}

// threadsOf returns the ids of all threads, which are stopped.
func threadsOf(process int) []int {
	tasks, err := os.ReadDir(fmt.Sprint("/proc/", process, "/task"))
	check(err)
	threads := []int{}
	for _, task := range tasks {
		thread, err := strconv.Atoi(task.Name())
		check(err)
		if thread != process {
			_, err := syscall.Wait4(thread, nil, syscall.WALL, nil)
			check(err)
		}
		threads = append(threads, thread)
	}
	return threads
}

func await(process int) syscall.WaitStatus {
	var status syscall.WaitStatus
	for {
		_, err := syscall.Wait4(process, &status, syscall.WUNTRACED, nil)
		if err == syscall.EINTR {
			continue
		}
		check(err)
		return status
	}
}

func check(err error) {
	if err != nil {
		fail(err)
	}
}

func fail(reason any) {
	fmt.Fprintln(os.Stderr, "interrupt:", reason)
	os.Exit(99)
}

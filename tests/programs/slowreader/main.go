// Slowreader runs a program whose standard output is a pipe that does not block, does not read it before it
// is full or the program has ended, and then copies everything to its own standard output.
package main

import (
	"io"
	"os"
	"os/exec"
	"syscall"
	"unsafe"
)

func main() {
	var pipe [2]int
	check(syscall.Pipe2(pipe[:], syscall.O_CLOEXEC))
	check(syscall.SetNonblock(pipe[1], true))
	// os.NewFile would put a non-blocking descriptor to the runtime's own use; the child gets it as it is.
	program := exec.Command(os.Args[1], os.Args[2:]...)
	program.Stdout = os.NewFile(uintptr(pipe[1]), "pipe")
	program.Stderr = os.Stderr
	check(program.Start())
	check(syscall.SetNonblock(pipe[1], true))
	ended := make(chan error)
	go func() { ended <- program.Wait() }()
	check(syscall.Close(pipe[1]))
	for full := false; !full; {
		full = waiting(pipe[0]) == capacity(pipe[0])
		select {
		case err := <-ended:
			check(err)
			full = true
			ended = nil
		default:
		}
	}
	_, err := io.Copy(os.Stdout, os.NewFile(uintptr(pipe[0]), "pipe"))
	check(err)
	if ended != nil {
		check(<-ended)
	}
}

// waiting returns how many bytes are in the pipe.
func waiting(pipe int) (count int32) {
	syscall.Syscall(syscall.SYS_IOCTL, uintptr(pipe), syscall.TIOCINQ, uintptr(unsafe.Pointer(&count)))
	return count
}

// capacity returns how many bytes fit into the pipe.
func capacity(pipe int) int32 {
	const getPipeSize = 1032 // F_GETPIPE_SZ of <linux/fcntl.h>
	size, _, _ := syscall.Syscall(syscall.SYS_FCNTL, uintptr(pipe), getPipeSize, 0)
	return int32(size)
}

func check(err error) {
	if err != nil {
		println(err.Error())
		os.Exit(1)
	}
}

// Port binds a port that ordinary users may not bind.
package main

import (
	"fmt"
	"os"
	"syscall"
)

func main() {
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err == nil {
		err = syscall.Bind(socket, &syscall.SockaddrInet4{Port: 80})
	}
	if err != nil {
		fmt.Println("not bound:", err)
		os.Exit(1)
	}
	fmt.Println("bound")
}

// Drop prints whether it may read its own file. With an argument it becomes that user first, and starts itself again.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"syscall"
)

const self = "/proc/self/exe"

func main() {
	if len(os.Args) > 1 {
		user, _ := strconv.Atoi(os.Args[1])
		if syscall.Setgroups(nil) != nil || syscall.Setgid(user) != nil || syscall.Setuid(user) != nil {
			os.Exit(3)
		}
		output, err := exec.Command(self).CombinedOutput()
		fmt.Printf("%suser %d: %v\n", output, os.Getuid(), err)
		return
	}
	_, err := os.Open(self)
	fmt.Println("read:", err)
}

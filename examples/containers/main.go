// Hello stands for a service that runs in a container.
package main

import (
	"fmt"
	"os"
	"runtime"
)

func main() {
	fmt.Printf("hello from %s on %s, user %d\n", os.Args[0], runtime.GOARCH, os.Getuid())
}

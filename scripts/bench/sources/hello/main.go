// Hello prints a line: the smallest program that bundles make sense for. With the argument "wait" it stays until
// its standard input ends, so that the memory of several can be measured.
package main

import (
	"fmt"
	"io"
	"os"
)

func main() {
	fmt.Println("hello")
	if len(os.Args) > 1 && os.Args[1] == "wait" {
		io.Copy(io.Discard, os.Stdin)
	}
}

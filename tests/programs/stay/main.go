// Stay prints a line, and stays until its standard input ends.
package main

import (
	"io"
	"os"
)

func main() {
	os.Stdout.WriteString("here\n")
	io.Copy(io.Discard, os.Stdin)
}

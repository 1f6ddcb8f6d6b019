// Levels prints the GOAMD64 level that it was built for, then its arguments, and exits with the status that
// the environment variable STATUS names.
package main

import (
	"fmt"
	"os"
	"strconv"
)

func main() {
	fmt.Println(append([]string{level}, os.Args[1:]...))
	status, _ := strconv.Atoi(os.Getenv("STATUS"))
	os.Exit(status)
}

// Hello stands for a program that Bazel builds.
package main

import "os"

func main() {
	os.Stdout.WriteString("hello from Bazel\n")
}

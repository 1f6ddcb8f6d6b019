// Hello stands for a program whose build takes long.
package main

// Set by the release: -ldflags='-X main.version=…'.
var version = "devel"

func main() {
	println("hello", version)
}

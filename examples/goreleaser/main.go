// Hello says which version it is, and which level of x86-64 it was built for.
package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// Set by the release: -ldflags='-X main.version=…'.
var version = "devel"

func main() {
	fmt.Printf("hello %s on %s/%s %s\n", version, runtime.GOOS, runtime.GOARCH, level())
}

// level is the GOAMD64 that this variant was built with, empty on other architectures.
func level() string {
	info, _ := debug.ReadBuildInfo()
	for _, setting := range info.Settings {
		if setting.Key == "GOAMD64" {
			return setting.Value
		}
	}
	return ""
}

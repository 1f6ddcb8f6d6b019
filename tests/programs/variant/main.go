// Variant prints, as JSON, which variant runs, on any architecture, and how it was started. It exits with the status
// that the environment variable STATUS names.
package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
)

// Few packages, as each is compiled for every level of every architecture.

var variables = map[string]string{
	"amd64": "GOAMD64", "arm": "GOARM", "arm64": "GOARM64", "ppc64le": "GOPPC64", "riscv64": "GORISCV64",
}

func main() {
	level := ""
	info, _ := debug.ReadBuildInfo()
	for _, setting := range info.Settings {
		if setting.Key == variables[runtime.GOARCH] {
			level = setting.Value
		}
	}
	executable, _ := os.Readlink("/proc/self/exe")
	size := int64(0)
	if file, err := os.Stat("/proc/self/exe"); err == nil {
		size = file.Size()
	}
	comm, _ := os.ReadFile("/proc/self/comm")
	args := []string{}
	for _, arg := range os.Args {
		args = append(args, strconv.Quote(arg))
	}
	fmt.Printf(`{"arch":%q,"level":%q,"args":[%s],"executable":%q,"comm":%q,"sum":"%.6g","size":%d}`+"\n",
		runtime.GOARCH, level, strings.Join(args, ","), executable, strings.TrimSpace(string(comm)), sum(1000), size)
	status, _ := strconv.Atoi(os.Getenv("STATUS"))
	os.Exit(status)
}

// sum gives the same digits in hardware and software.
func sum(n int) float64 {
	total := 0.0
	for i := 1; i <= n; i++ {
		total += 1 / float64(i)
	}
	return total
}

package main_test

import (
	"os"
	"path/filepath"
	"testing"
)

// TestMgo runs Go's script tests with the program that MGO_AS_GO names as their go; without it, with cmd/go itself,
// as TestScript does. scripts.ts has cmd/go's tests compiled with this file beside them.
func TestMgo(t *testing.T) {
	if program := os.Getenv("MGO_AS_GO"); program != "" {
		bin := t.TempDir()
		testGo = filepath.Join(bin, "go")
		if err := os.Symlink(program, testGo); err != nil {
			t.Fatal(err)
		}
		// mgo takes the next go in PATH for the real one: the one that is made of these tests.
		testBin = bin + string(filepath.ListSeparator) + testBin
	}
	extraEnvKeys = append(extraEnvKeys, "MGOCACHE", "MGOFLAGS")
	TestScript(t)
}

// Mirror prints, as JSON, what a program can see of how it was started.
package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	open := []string{}
	for _, name := range []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"} {
		if target, err := os.Readlink("/proc/self/fd/" + name); err == nil {
			open = append(open, name+" "+strings.SplitN(target, ":[", 2)[0])
		}
	}
	folder, _ := os.Getwd()
	status, _ := os.ReadFile("/proc/self/status")
	facts := []string{}
	for _, line := range strings.Split(string(status), "\n") {
		for _, prefix := range []string{"SigBlk", "SigIgn", "NoNewPrivs", "CapEff", "Uid", "Gid"} {
			if strings.HasPrefix(line, prefix) {
				facts = append(facts, line)
			}
		}
	}
	limits, _ := os.ReadFile("/proc/self/limits")
	exe, _ := os.Readlink("/proc/self/exe")
	report := map[string]any{
		"args":   os.Args,
		"env":    os.Environ(),
		"folder": filepath.Clean(folder),
		"open":   open,
		"status": facts,
		"limits": string(limits),
		"exe":    exe,
		"auxv":   auxv(),
	}
	if err := json.NewEncoder(os.Stdout).Encode(report); err != nil {
		os.Exit(3)
	}
}

// auxv returns the keys and the values of the auxiliary vector, but for addresses and what exec must change.
func auxv() []uint64 {
	raw, _ := os.ReadFile("/proc/self/auxv")
	kept := []uint64{}
	for at := 0; at+16 <= len(raw); at += 16 {
		key, value := word(raw[at:]), word(raw[at+8:])
		switch key {
		case 3, 7, 9, 15, 25, 31, 33: // AT_PHDR, AT_BASE, AT_ENTRY, AT_PLATFORM, AT_RANDOM, AT_EXECFN, AT_SYSINFO_EHDR
			value = 0
		}
		kept = append(kept, key, value)
	}
	return kept
}

func word(raw []byte) uint64 {
	value := uint64(0)
	for i := 7; i >= 0; i-- {
		value = value<<8 | uint64(raw[i])
	}
	return value
}

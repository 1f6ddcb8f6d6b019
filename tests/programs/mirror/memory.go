package main

import (
	"fmt"
	"strings"
	"syscall"
	"unsafe"
)

// Keys of the auxiliary vector (<linux/auxvec.h>).
const (
	atPhdr        = 3
	atBase        = 7
	atEntry       = 9
	atPlatform    = 15
	atRandom      = 25
	atExecfn      = 31
	atSysinfoEhdr = 33
)

// The words of the auxiliary vector on the stack; /proc/self/auxv is the kernel's.
//
//go:linkname getAuxv runtime.getAuxv
func getAuxv() []uintptr

// maskedVector returns the keys and the values of the kernel's auxiliary vector, but for addresses.
func maskedVector() []uint64 {
	words := kernelVector()
	for at := 0; at+1 < len(words); at += 2 {
		switch words[at] {
		case atPhdr, atBase, atEntry, atPlatform, atRandom, atExecfn, atSysinfoEhdr:
			words[at+1] = 0
		}
	}
	return words
}

func kernelVector() []uint64 {
	raw := read("auxv")
	words := []uint64{}
	for at := 0; at+16 <= len(raw); at += 16 {
		words = append(words, word(raw[at:]), word(raw[at+8:]))
	}
	return words
}

func word(raw []byte) uint64 {
	value := uint64(0)
	for i := 7; i >= 0; i-- {
		value = value<<8 | uint64(raw[i])
	}
	return value
}

// addresses returns what is where, if that is the same in each run.
func addresses(exe string) map[string]any {
	const addrNoRandomize = 0x0040000
	personality, _, _ := syscall.RawSyscall(syscall.SYS_PERSONALITY, 0xffffffff, 0, 0)
	if personality&addrNoRandomize == 0 {
		return nil
	}
	vector := map[string]string{}
	execfn := ""
	words := getAuxv()
	for at := 0; at+1 < len(words); at += 2 {
		vector[fmt.Sprint(words[at])] = fmt.Sprintf("%x", words[at+1])
		if words[at] == atExecfn {
			execfn = text(*(**byte)(unsafe.Pointer(&words[at+1])))
		}
	}
	kernel := map[string]string{}
	words64 := kernelVector()
	for at := 0; at+1 < len(words64); at += 2 {
		kernel[fmt.Sprint(words64[at])] = fmt.Sprintf("%x", words64[at+1])
	}
	return map[string]any{"vector": vector, "kernel": kernel, "execfn": execfn, "maps": named(maps(string(read("maps")), exe))}
}

// maps returns address, protection, offset and name of mappings, without what tells the file itself from a copy of it.
func maps(text, exe string) []string {
	kept := []string{}
	for _, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		fields := strings.SplitN(line, " ", 6)
		if len(fields) < 6 {
			continue
		}
		name := strings.TrimLeft(fields[5], " ")
		if name == exe {
			name = "the program"
		}
		kept = append(kept, strings.Join([]string{fields[0], fields[1], fields[2], name}, " "))
	}
	return kept
}

// named leaves out those that Go's runtime has made, which are elsewhere in each run.
func named(mappings []string) []string {
	kept := []string{}
	for _, mapping := range mappings {
		if !strings.HasSuffix(mapping, " ") {
			kept = append(kept, mapping)
		}
	}
	return kept
}

// text returns the bytes in front of the first zero.
func text(start *byte) string {
	size := 0
	for *(*byte)(unsafe.Add(unsafe.Pointer(start), size)) != 0 {
		size++
	}
	return string(unsafe.Slice(start, size))
}

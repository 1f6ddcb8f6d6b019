//go:build cgo

package main

/*
static int counted[256];

// Compilers vectorize it by -march.
__attribute__((noinline)) int native(int factor) {
	int sum = 0;
	for (int i = 0; i < 256; i++) sum += counted[i] * factor + i;
	return sum & 1;
}
*/
import "C"

func native() int { return int(C.native(3)) }

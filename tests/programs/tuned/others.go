//go:build !(amd64.v4 || arm.7 || arm64.v8.1 || ppc64le.power9 || riscv64.rva23u64)

package main

var table = [2]string{"slow", "fast"}

//go:noinline
func weigh(numbers []int) int {
	sum := 0
	for _, number := range numbers {
		sum += number
	}
	return sum
}

//go:noinline
func chosen(numbers []int) int { return first(numbers) }

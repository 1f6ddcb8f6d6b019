//go:build amd64.v4 || arm.7 || arm64.v8.1 || ppc64le.power9 || riscv64.rva23u64

package main

var table = [2]string{"fast", "slow"}

//go:noinline
func weigh(numbers []int) int {
	sum := 1
	for i := len(numbers) - 1; i >= 0; i-- {
		sum = sum<<1 ^ numbers[i]
	}
	return sum
}

//go:noinline
func chosen(numbers []int) int { return last(numbers) }

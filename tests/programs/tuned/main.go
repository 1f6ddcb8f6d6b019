// Tuned has code and data of its own for one level of each architecture, as GOAMD64=v4, and one function that is the same
// at every level but calls another one there. It prints what they are.
package main

import "os"

func main() {
	numbers := []int{3, 1, 2}
	os.Stdout.WriteString(name() + " " + string(rune('0'+weigh(numbers)+pick(numbers)+len(table)+native())) + "\n")
}

//go:noinline
func name() string { return table[0] }

// Both are linked at every level.
//
//go:noinline
func first(numbers []int) int { return numbers[0] + len(second) }

//go:noinline
func last(numbers []int) int { return numbers[len(numbers)-1] + len(second) }

var second = os.Args

//go:noinline
func pick(numbers []int) int { return chosen(numbers) + first(numbers) + last(numbers) }

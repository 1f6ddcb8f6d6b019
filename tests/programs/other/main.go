// Other is a program unlike the other test programs.
package main

func main() { println("other") }

//go:build !cgo && !resolver

package main

const linked = "Go alone"

//go:build resolver

package main

import "net"

// With cgo, the package net asks libc, which the program is then linked with.
var linked = net.ParseIP("::1").String()

var _ = net.DefaultResolver.LookupHost

//go:build cgo && !resolver

package main

/*
#include <sys/prctl.h>

static char early[16];

// Runs before main, and before Go's runtime.
__attribute__((constructor)) static void remember(void) { prctl(PR_GET_NAME, early); }

static char *early_name(void) { return early; }
*/
import "C"

// linked has the name that the C part found for the process.
var linked = "with C: " + C.GoString(C.early_name())

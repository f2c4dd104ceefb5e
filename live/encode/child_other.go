//go:build !linux

package encode

import "os/exec"

// isolate leaves the default: the program alone is killed when the context ends.
func isolate(*exec.Cmd) {}

// lowerPriority does nothing where there is no portable way.
func lowerPriority(int, int) {}

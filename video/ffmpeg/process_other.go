//go:build !linux

package ffmpeg

import "os/exec"

// isolate leaves the default: the program alone is killed when the context ends.
func Isolate(*exec.Cmd) {}

// lowerPriority does nothing where there is no portable way.
func LowerPriority(int, int) {}

package ffmpeg

import (
	"os/exec"
	"syscall"
)

// Isolate gives the program its own process group, killed whole when the context ends, and has the kernel kill it when
// this process dies, even by SIGKILL.
func Isolate(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}

// LowerPriority is best effort: a run at normal priority is still a run.
func LowerPriority(pid, nice int) {
	_ = syscall.Setpriority(syscall.PRIO_PGRP, pid, nice)
}

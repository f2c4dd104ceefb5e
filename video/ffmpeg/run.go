package ffmpeg

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"time"
)

// Command is one run of ffmpeg, as the builders of this package make it.
type Command struct {
	Args       []string       // inputs, filters and outputs
	Duration   time.Duration  // of what is written, for Progress.Fraction; 0 when unknown
	Timeout    time.Duration  // 0 means Options.Timeout
	Output     io.Writer      // receives what the command writes to pipe:1; nil discards it
	OnProgress func(Progress) // called from one goroutine, about once a second; nil for silence
}

// Run runs the command to its end. It fails with ctx's error when ctx ends first, otherwise with a fault; either way
// nothing of it runs any more and what it wrote is to be deleted by the caller.
func (t *Tools) Run(ctx context.Context, c Command) error {
	args := append([]string{"-hide_banner", "-nostdin", "-nostats", "-v", "error"}, c.Args...)
	p := process{
		program: t.options.FFmpeg, stdout: c.Output, nice: t.options.Nice,
		timeout: cmp.Or(c.Timeout, t.options.Timeout),
	}
	if c.OnProgress == nil {
		p.args = args
		return run(ctx, p)
	}
	return runReporting(ctx, p, append([]string{"-progress", "pipe:3"}, args...), c)
}

// runReporting gives ffmpeg a pipe of its own for progress, since its standard output may carry media.
func runReporting(ctx context.Context, p process, args []string, c Command) error {
	r, w, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("progress pipe: %w", err)
	}
	defer r.Close()
	p.args, p.extra = args, w
	done := make(chan struct{})
	go func() {
		defer close(done)
		readProgress(r, c.Duration, c.OnProgress)
	}()
	err = run(ctx, p)
	w.Close() // a second close when the program had started; the only one when it had not
	<-done
	return err
}

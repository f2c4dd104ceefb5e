package encode

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"time"

	"lucarne/video/ffmpeg"
)

const (
	maxSaid   = 4 << 10         // of what ffmpeg says, the last words are kept: they name what failed
	flushTime = 2 * time.Second // how long ffmpeg may take to finish what it was given
)

// task is what to run and who reads its outputs: the first from descriptor 3 on.
type task struct {
	program string
	args    []string
	nice    int
	outputs []func(io.Reader) error
}

// child is a running ffmpeg.
type child struct {
	ctx    context.Context // ends with the child
	cancel context.CancelCauseFunc
	stdin  *os.File
	ended  chan struct{} // closed when the program is gone and its outputs are read to the end
}

// errStopped is why a child ended that did so in good order.
var errStopped = errors.New("stopped")

// startChild runs a task until ctx ends. Once its context is done, context.Cause tells why.
func startChild(ctx context.Context, t task) (*child, error) {
	pipes, err := openPipes(len(t.outputs))
	if err != nil {
		return nil, err
	}
	defer pipes.closeTheirs()
	c := &child{stdin: pipes.stdin.w, ended: make(chan struct{})}
	c.ctx, c.cancel = context.WithCancelCause(ctx)
	said := &tail{}
	cmd := exec.CommandContext(c.ctx, t.program, t.args...)
	cmd.Stdin, cmd.Stderr, cmd.ExtraFiles, cmd.WaitDelay = pipes.stdin.r, said, pipes.theirs(), flushTime
	ffmpeg.Isolate(cmd)
	exited := make(chan error, 1)
	if err := supervise(cmd, t.nice, exited); err != nil {
		pipes.closeOurs()
		c.cancel(err)
		return nil, err
	}
	var readers sync.WaitGroup
	for i, read := range t.outputs {
		readers.Go(func() { c.read(pipes.outputs[i].r, read) })
	}
	go c.await(exited, said, &readers)
	return c, nil
}

// read reads an output to its end; ffmpeg has nobody to write to without it.
func (c *child) read(from *os.File, read func(io.Reader) error) {
	defer from.Close()
	if err := read(from); err != nil {
		c.cancel(err)
	}
}

func (c *child) await(exited <-chan error, said *tail, readers *sync.WaitGroup) {
	defer close(c.ended)
	err := <-exited
	readers.Wait()
	_ = c.stdin.Close()
	if err == nil {
		c.cancel(errStopped)
		return
	}
	c.cancel(fmt.Errorf("ffmpeg: %w: %s", err, said))
}

// finish lets the child encode what it was given, for a bounded time, and tells why it ended.
func (c *child) finish() error {
	_ = c.stdin.Close()
	late := time.AfterFunc(flushTime, func() { c.cancel(errors.New("ffmpeg does not end")) })
	defer late.Stop()
	<-c.ended
	return context.Cause(c.ctx)
}

// supervise starts and awaits cmd on one thread: Linux sends the parent-death signal when the thread that forked ends
// (golang.org/issue/27505), so that thread has to outlive the program.
func supervise(cmd *exec.Cmd, nice int, exited chan<- error) error {
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		if err == nil && nice > 0 {
			ffmpeg.LowerPriority(cmd.Process.Pid, nice)
		}
		started <- err
		if err == nil {
			exited <- cmd.Wait()
		}
	}()
	return <-started
}

type pipe struct{ r, w *os.File }

// pipes are those of one child.
type pipes struct {
	stdin   pipe
	outputs []pipe
}

func openPipes(outputs int) (*pipes, error) {
	var p pipes
	var err error
	if p.stdin.r, p.stdin.w, err = os.Pipe(); err != nil {
		return nil, err
	}
	for range outputs {
		var out pipe
		if out.r, out.w, err = os.Pipe(); err != nil {
			p.closeOurs()
			p.closeTheirs()
			return nil, err
		}
		p.outputs = append(p.outputs, out)
	}
	return &p, nil
}

func (p *pipes) theirs() []*os.File {
	var files []*os.File
	for _, o := range p.outputs {
		files = append(files, o.w)
	}
	return files
}

// closeTheirs closes the ends that are the child's; while we hold them, nobody sees its end.
func (p *pipes) closeTheirs() {
	_ = p.stdin.r.Close()
	for _, o := range p.outputs {
		_ = o.w.Close()
	}
}

func (p *pipes) closeOurs() {
	_ = p.stdin.w.Close()
	for _, o := range p.outputs {
		_ = o.r.Close()
	}
}

// tail is a writer that keeps the last bytes written to it.
type tail struct{ kept []byte }

func (t *tail) Write(b []byte) (int, error) {
	t.kept = append(t.kept, b[max(0, len(b)-maxSaid):]...)
	if extra := len(t.kept) - maxSaid; extra > 0 {
		t.kept = append(t.kept[:0], t.kept[extra:]...)
	}
	return len(b), nil
}

func (t *tail) String() string { return string(bytes.TrimSpace(t.kept)) }

package ingest

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"strings"
	"testing"
	"time"

	"lucarne/live/rtmp"
	"lucarne/platform/fault"
)

// TestMain fails when a goroutine of a server outlives all tests.
func TestMain(m *testing.M) {
	code := m.Run()
	if code == 0 && !isQuiet() {
		fmt.Println("goroutines are left:")
		_ = pprof.Lookup("goroutine").WriteTo(os.Stdout, 1)
		code = 1
	}
	os.Exit(code)
}

func isQuiet() bool {
	stacks := make([]byte, 1<<20)
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		all := string(stacks[:runtime.Stack(stacks, true)])
		if !strings.Contains(all, "ingest.(*Server)") && !strings.Contains(all, "ingest.(*session)") && !strings.Contains(all, "rtmp.") {
			return true
		}
	}
	return false
}

// slow is an Admitter that decides nothing.
type slow struct{ asked chan struct{} }

func (s slow) Admit(ctx context.Context, _ Request) (Publication, error) {
	s.asked <- struct{}{}
	<-ctx.Done()
	return nil, ctx.Err()
}

func TestSlowAdmitter(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		timeout time.Duration
		end     func(*Server)
	}{
		"is not waited for without end": {100 * time.Millisecond, func(*Server) {}},
		"does not keep a server up":     {time.Minute, (*Server).Close},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			admitter := slow{make(chan struct{}, 1)}
			s, _ := listen(t, func(o *Options) { o.Admitter, o.Limits.SetupTimeout = admitter, c.timeout })
			told := make(chan error, 1)
			go func() {
				_, err := rtmp.Publish(context.Background(), rtmp.PublishOptions{Address: "rtmp://" + s.Addr().String() + "/live/k"})
				told <- err
			}()
			<-admitter.asked
			c.end(s)
			if err := <-told; !fault.Is(err, fault.Forbidden) || !strings.Contains(err.Error(), "cannot take the stream now") {
				t.Fatalf("the encoder was told %v", err)
			}
		})
	}
}

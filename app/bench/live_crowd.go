package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	joining  = time.Minute      // in which all viewers come
	staying  = 45 * time.Second // after the last came
	settling = 5 * time.Second  // from the last who came until the load is looked at
)

// crowdShow is about 1 Mbit/s, as a talk show on phones.
var crowdShow = picture{size: "960x540", rate: 30, kbits: 900, seconds: 20}

// measureCrowd: thousands of viewers who come within a minute.
func measureCrowd(ctx context.Context, b *bench) error {
	if err := needFiles(2*b.viewers + 500); err != nil {
		return err
	}
	clip, err := b.showClip(ctx, crowdShow)
	if err != nil {
		return err
	}
	s, err := b.startStation(ctx, "crowd")
	if err != nil {
		return err
	}
	defer s.stop()
	live, err := s.newShow(nil)
	if err != nil {
		return err
	}
	e, err := live.send(ctx, clip)
	if err != nil {
		return err
	}
	defer e.leave()
	rest(ctx, 10*time.Second)
	ours, err := b.crowd(ctx, live)
	if err != nil {
		return err
	}
	theirs, err := b.crowdAtNginx(ctx, live)
	if err != nil {
		return err
	}
	b.add("the same playlists and parts as plain files, from nginx", "to compare", true, "CPU %.2f of a core, ours %.2f (with waiting); p99 playlist %.0f ms, %d errors",
		theirs.busy, ours.busy, ms(theirs.p99()), theirs.errors)
	return nil
}

// needFiles makes sure that as many connections as wanted can be open, here and at what is started.
func needFiles(wanted int) error {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return err
	}
	if limit.Max < uint64(wanted) {
		return fmt.Errorf("%d files have to be open at a time and %d may: raise it with ulimit -Hn", wanted, limit.Max)
	}
	limit.Cur = limit.Max
	return syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit)
}

// load is what a crowd met, and what it cost.
type load struct {
	tally
	busy float64 // of one core
}

// crowd has the viewers come, and stay.
func (b *bench) crowd(ctx context.Context, live show) (load, error) {
	watching, stop := context.WithTimeout(ctx, joining+staying)
	defer stop()
	peak := live.peak(watching)
	crowd, left := newAudience(live), make(chan struct{})
	go func() { defer close(left); crowd.watch(watching, b.viewers, joining) }()
	rest(ctx, joining+settling)
	profiled := b.profile(live, "crowd", staying/2)
	busy, err := used(ctx, staying/2, live.process.Process.Pid)
	<-left
	if err == nil {
		err = <-profiled
	}
	if err != nil {
		return load{}, err
	}
	b.addCrowd(crowd, <-peak)
	return load{crowd.tally, busy}, nil
}

func (b *bench) addCrowd(crowd *audience, memory int64) {
	who := fmt.Sprintf("%d viewers within %s", b.viewers, joining)
	why := ""
	if crowd.first != nil {
		why = fmt.Sprintf(" (%v)", crowd.first)
	}
	b.add(who+": errors", "none", crowd.errors == 0, "%d of %d requests%s", crowd.errors, crowd.asked, why)
	longest := crowd.longestStall()
	b.add(who+": longest stall", "≤ 1 s", longest <= time.Second, "%d ms (%d of any length)", longest.Milliseconds(), len(crowd.stalls))
	p99 := crowd.p99()
	b.add(who+": p99 of playlist answers", "< 250 ms", p99 < 250*time.Millisecond, "%.0f ms (median %.0f ms)", ms(p99), ms(crowd.waits[len(crowd.waits)/2]))
	b.add(who+": most resident memory", "< 400 MB", memory < 400<<20, "%d MB", memory>>20)
}

// profile keeps what the server does for a while in the folder named by -profiles; nothing without it.
func (b *bench) profile(s show, name string, howLong time.Duration) <-chan error {
	done := make(chan error, 1)
	if b.profiles == "" {
		done <- nil
		return done
	}
	go func() {
		err := keep(fmt.Sprintf("%s/debug/pprof/profile?seconds=%d", s.admin, int(howLong.Seconds())), filepath.Join(b.profiles, name+".cpu"))
		done <- errors.Join(err, keep(s.admin+"/debug/pprof/heap", filepath.Join(b.profiles, name+".heap")))
	}()
	return done
}

func keep(address, path string) error {
	response, err := http.Get(address)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = io.Copy(file, response.Body)
	return err
}

// crowdAtNginx has as many viewers fetch the same files from nginx, at the pace of the live.
func (b *bench) crowdAtNginx(ctx context.Context, live show) (load, error) {
	folder := filepath.Join(b.folder, "still")
	l, err := live.copyTo(folder)
	if err != nil {
		return load{}, err
	}
	origin, stop, err := b.nginx(ctx, folder)
	if err != nil {
		return load{}, err
	}
	defer stop()
	workers, err := children("nginx.pid", b.folder)
	if err != nil {
		return load{}, err
	}
	watching, end := context.WithTimeout(ctx, joining/2+staying)
	defer end()
	crowd := &audience{host: strings.TrimPrefix(origin, "http://"), folder: "/", stand: newNewsstand()}
	left := make(chan struct{})
	go func() { defer close(left); crowd.repeat(watching, l, b.viewers, joining/2) }()
	rest(ctx, joining/2+settling)
	busy, err := used(ctx, staying/2, workers...)
	<-left
	return load{crowd.tally, busy}, err
}

// copyTo writes the playlist of a show and the parts it lists as plain files.
func (s show) copyTo(folder string) (*listing, error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, err
	}
	if err := makeReadable(folder); err != nil {
		return nil, err
	}
	path := filepath.Join(folder, "0.m3u8")
	if err := keep(s.origin+s.folder()+"0.m3u8", path); err != nil {
		return nil, err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	l, err := parseListing(string(text))
	if err != nil {
		return nil, err
	}
	for _, p := range l.parts() {
		if err := keep(s.origin+s.folder()+p.uri, filepath.Join(folder, p.uri)); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// parts are all that are listed.
func (l *listing) parts() (all []piece) {
	for _, s := range l.segments {
		all = append(all, s.parts...)
	}
	return all
}

// children are the processes started by the one whose id is in a file.
func children(file, folder string) ([]int, error) {
	text, err := os.ReadFile(filepath.Join(folder, file))
	if err != nil {
		return nil, err
	}
	out, err := exec.Command("pgrep", "-P", strings.TrimSpace(string(text))).Output()
	if err != nil {
		return nil, err
	}
	var all []int
	for _, field := range strings.Fields(string(out)) {
		pid, err := strconv.Atoi(field)
		if err != nil {
			return nil, err
		}
		all = append(all, pid)
	}
	return all, nil
}

// Command bench measures Lucarne against the bars it holds itself to, on this machine, and prints one table.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"
)

// row is one line of the table.
type row struct {
	what  string
	bar   string
	got   string
	isMet bool
}

// bench is one run: a folder of its own, and the binary under measure.
type bench struct {
	binary string
	folder string
	videos int // in the large list
	rows   []row
}

func (b *bench) add(what, bar string, isMet bool, format string, args ...any) {
	b.rows = append(b.rows, row{what, bar, fmt.Sprintf(format, args...), isMet})
	fmt.Fprintf(os.Stderr, "  %s: %s\n", what, b.rows[len(b.rows)-1].got)
}

// measure is one part of the run; its name selects it on the command line.
type measure struct {
	name string
	run  func(ctx context.Context, b *bench) error
}

var measures = []measure{
	{"start", measureStart},
	{"requests", measureRequests},
	{"upload", measureUpload},
	{"playable", measurePlayable},
	{"ladder", measureLadder},
	{"files", measureFiles},
	{"page", measurePage},
}

func main() {
	binary := flag.String("binary", "bin/lucarne", "the program to measure")
	only := flag.String("only", "", "measures to run, with commas; all when empty")
	videos := flag.Int("videos", 1_000_000, "videos in the large list")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *binary, *only, *videos); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

var errMissed = errors.New("a bar was missed")

func run(ctx context.Context, binary, only string, videos int) error {
	path, err := filepath.Abs(binary)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "lucarne-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	b := &bench{binary: path, folder: folder, videos: videos}
	for _, m := range measures {
		if only != "" && !strings.Contains(","+only+",", ","+m.name+",") {
			continue
		}
		fmt.Fprintln(os.Stderr, m.name)
		if err := m.run(ctx, b); err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
	}
	return b.print()
}

func (b *bench) print() error {
	fmt.Printf("%s, %d cores, %s, %s\n\n", cpuName(), runtime.NumCPU(), runtime.Version(), time.Now().Format(time.DateOnly))
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 1, ' ', 0)
	fmt.Fprintln(table, "| what\t| bar\t| measured\t| |")
	fmt.Fprintln(table, "|---\t|---\t|---\t|---|")
	isMissed := false
	for _, r := range b.rows {
		mark := "met"
		if !r.isMet {
			mark, isMissed = "MISSED", true
		}
		fmt.Fprintf(table, "| %s\t| %s\t| %s\t| %s |\n", r.what, r.bar, r.got, mark)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if isMissed {
		return errMissed
	}
	return nil
}

func cpuName() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	for line := range strings.Lines(string(text)) {
		if name, found := strings.CutPrefix(line, "model name"); found {
			return strings.TrimSpace(strings.TrimLeft(name, "\t :"))
		}
	}
	return runtime.GOARCH
}

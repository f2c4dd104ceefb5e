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

// size is how much is measured.
type size struct {
	videos    int           // in the large list
	viewers   int           // of one live
	glass     time.Duration // how long a live is looked at
	lives     int           // at one time
	soak      time.Duration // how long they go on
	readers   int           // of a chat, who do nothing else
	listeners int           // of a conversation
	talk      time.Duration // how long it goes on
	profiles  string        // folder for profiles of the server; "" for none
}

// bench is one run: a folder of its own, and the binary under measure.
type bench struct {
	binary string
	folder string
	size
	rows []row
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

// sets are the measures by what they are about.
var sets = map[string][]measure{
	"site": {
		{"start", measureStart},
		{"requests", measureRequests},
		{"upload", measureUpload},
		{"playable", measurePlayable},
		{"ladder", measureLadder},
		{"files", measureFiles},
		{"page", measurePage},
	},
	"live": {
		{"glass", measureGlass},
		{"cpu", measureCPU},
		{"end", measureEnd},
		{"crowd", measureCrowd},
		{"soak", measureSoak},
	},
	"chat": {
		{"join", measureChatJoin},
		{"idle", measureChatIdle},
		{"room", measureChatRoom},
		{"hundred", measureChatHundred},
		{"kill", measureChatKill},
	},
}

func main() {
	binary := flag.String("binary", "bin/lucarne", "the program to measure")
	only := flag.String("only", "", "measures to run, with commas; all when empty")
	set := flag.String("set", "site", "what to measure: site, live or chat")
	var much size
	flag.IntVar(&much.videos, "videos", 1_000_000, "videos in the large list")
	flag.IntVar(&much.viewers, "viewers", 4500, "viewers of one live, and who join one chat")
	flag.StringVar(&much.profiles, "profiles", "", "folder to keep profiles of the server in")
	liveSeconds := flag.Int("live-seconds", 300, "seconds a live is looked at")
	flag.IntVar(&much.lives, "lives", 60, "lives at one time")
	soakMinutes := flag.Int("soak", 10, "minutes they go on; less than 30 tells leaks apart from noise only roughly")
	flag.IntVar(&much.readers, "readers", 10_000, "idle readers of a chat")
	flag.IntVar(&much.listeners, "listeners", 1000, "clients in a lively chat")
	chatSeconds := flag.Int("chat-seconds", 300, "seconds people talk there")
	flag.Parse()
	much.talk = time.Duration(*chatSeconds) * time.Second
	much.soak = time.Duration(*soakMinutes) * time.Minute
	much.glass = time.Duration(*liveSeconds) * time.Second
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *binary, *set, *only, much); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

var errMissed = errors.New("a bar was missed")

func run(ctx context.Context, binary, set, only string, much size) error {
	measures, isKnown := sets[set]
	if !isKnown {
		return fmt.Errorf("there is no set %q", set)
	}
	path, err := filepath.Abs(binary)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "lucarne-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	b := &bench{binary: path, folder: folder, size: much}
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

// Package app reads the configuration, builds the parts of Lucarne, plugs them together, and starts and stops them.
package app

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os/signal"
	"runtime"
	"strings"
	"syscall"

	"lucarne/platform/config"
	"lucarne/platform/fault"
)

// version is set by the linker.
var version = "dev"

// command is one of the words after "lucarne".
type command struct {
	name  string
	args  string // what follows the name in the usage
	about string
	run   func(ctx context.Context, c call) error
}

// call is a command on its way: what came with it and where its words go.
type call struct {
	sources config.Sources
	args    []string
	out     io.Writer // what was asked for
	err     io.Writer // the log, and what is said beside
}

func commands() []command {
	return []command{
		{"serve", "", "run the site; on an empty folder, make one first", serve},
		{"migrate", "", "bring the database to this version, without starting the site", migrate},
		{"user create", "NAME MAIL [--role administrator|moderator|user] [--password-stdin]", "create a user", createUser},
		{"user reset-password", "NAME [--password-stdin]", "give a user a new password", resetPassword},
		{"user list", "[TEXT]", "list users, or those whose name or mail holds TEXT", listUsers},
		{"doctor", "", "check ffmpeg, disk, database, ports and mail, and say what to do", doctor},
		{"version", "", "print the version", printVersion},
	}
}

// Exit codes.
const (
	exitFine  = 0
	exitFault = 1
	exitUsage = 2
)

// Main runs the command in args and gives the exit code. Interrupt and SIGTERM stop it in good order.
func Main(args, environ []string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	sources, rest, err := globalFlags(args, environ, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return exitFine
	}
	if err != nil {
		return exitUsage
	}
	chosen, rest, found := choose(rest)
	if !found {
		usage(stderr)
		return exitUsage
	}
	err = chosen.run(ctx, call{sources: sources, args: rest, out: stdout, err: stderr})
	switch {
	case err == nil || errors.Is(err, context.Canceled) && ctx.Err() != nil:
		return exitFine
	case errors.Is(err, flag.ErrHelp):
		return exitFine
	case errors.Is(err, errUsage):
		fmt.Fprintf(stderr, "lucarne %s: %v\nusage: lucarne %s %s\n", chosen.name, err, chosen.name, chosen.args)
		return exitUsage
	}
	fmt.Fprintln(stderr, "lucarne:", explain(err))
	return exitFault
}

var errUsage = errors.New("the arguments do not fit")

// explain puts an error in words for who runs the command: here, unlike on the web, the cause may be shown.
func explain(err error) string {
	var f *fault.Error
	if errors.As(err, &f) && len(f.Params) > 0 {
		var lines []string
		for _, p := range f.Params {
			lines = append(lines, fmt.Sprintf("%s: %s", p.Name, p.Message))
		}
		return strings.Join(lines, "\n")
	}
	return err.Error()
}

// globalFlags reads what stands before the command.
func globalFlags(args, environ []string, stderr io.Writer) (config.Sources, []string, error) {
	sources := config.Sources{Environ: environ, Flags: map[string]string{}}
	flags := flag.NewFlagSet("lucarne", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() { usage(stderr) }
	flags.StringVar(&sources.File, "config", variable(environ, "LUCARNE_CONFIG"), "")
	data := flags.String("data", "", "")
	if err := flags.Parse(args); err != nil {
		return sources, nil, err
	}
	if *data != "" {
		sources.Flags["lucarne.data"] = *data
	}
	return sources, flags.Args(), nil
}

func variable(environ []string, name string) string {
	for _, pair := range environ {
		if value, found := strings.CutPrefix(pair, name+"="); found {
			return value
		}
	}
	return ""
}

// choose finds the command whose words args begin with; a second word decides between commands of one subject.
func choose(args []string) (command, []string, bool) {
	for _, c := range commands() {
		words := strings.Fields(c.name)
		if len(args) >= len(words) && strings.Join(args[:len(words)], " ") == c.name {
			return c, args[len(words):], true
		}
	}
	return command{}, nil, false
}

func usage(w io.Writer) {
	fmt.Fprintln(w, "Lucarne: a federated platform for video, live and chat.\n\nusage: lucarne [--config FILE] [--data FOLDER] COMMAND\n\ncommands:")
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-22s %s\n", c.name, c.about)
	}
	fmt.Fprintln(w, "\nFILE is YAML or JSON with PeerTube's key names (docs/configuration.md); none is needed. FOLDER is ./data unless the\nconfiguration says otherwise. Every setting can also come from the environment (LUCARNE_LISTEN_PORT=9001).")
}

func printVersion(_ context.Context, c call) error {
	_, err := fmt.Fprintf(c.out, "lucarne %s (%s, %s/%s)\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

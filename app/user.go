package app

import (
	"bufio"
	"context"
	"crypto/rand"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"text/tabwriter"

	"lucarne/account"
)

// roles are the words for roles on the command line.
var roles = map[string]account.Role{"administrator": account.Administrator, "moderator": account.Moderator, "user": account.Ordinary}

// withUsers builds the site's subjects for a command, beside a process that may be serving them.
func withUsers(ctx context.Context, c call, work func(users *account.Users) error) error {
	s, err := build(ctx, c.sources, func(string) *slog.Logger { return newLogger(c.err, "warn") })
	if err != nil {
		return err
	}
	defer s.close()
	if err := s.ensureRoot(ctx); err != nil {
		return err
	}
	if s.password != "" {
		s.greet(c.out) // this command is the first start: nobody would ever see the password again
	}
	return work(s.users)
}

// arguments splits positional arguments from flags, which may stand behind them.
func arguments(args []string, flags *flag.FlagSet) ([]string, error) {
	flags.SetOutput(io.Discard)
	var positional []string
	for len(args) > 0 {
		if err := flags.Parse(args); err != nil {
			return nil, fmt.Errorf("%w: %w", errUsage, err)
		}
		args = flags.Args()
		if len(args) > 0 {
			positional, args = append(positional, args[0]), args[1:]
		}
	}
	return positional, nil
}

func createUser(ctx context.Context, c call) error {
	flags := flag.NewFlagSet("user create", flag.ContinueOnError)
	roleName := flags.String("role", "user", "")
	fromInput := flags.Bool("password-stdin", false, "")
	args, err := arguments(c.args, flags)
	if err != nil {
		return err
	}
	role, known := roles[*roleName]
	if len(args) != 2 || !known {
		return errUsage
	}
	password, isMadeUp, err := choosePassword(*fromInput)
	if err != nil {
		return err
	}
	return withUsers(ctx, c, func(users *account.Users) error {
		user, err := users.Add(ctx, account.Draft{Username: args[0], Email: args[1], Password: password, Role: role})
		if err != nil {
			return err
		}
		fmt.Fprintf(c.out, "%s %s was created.\n", *roleName, user.Username)
		tellPassword(c.out, password, isMadeUp)
		return nil
	})
}

func resetPassword(ctx context.Context, c call) error {
	flags := flag.NewFlagSet("user reset-password", flag.ContinueOnError)
	fromInput := flags.Bool("password-stdin", false, "")
	args, err := arguments(c.args, flags)
	if err != nil {
		return err
	}
	if len(args) != 1 {
		return errUsage
	}
	password, isMadeUp, err := choosePassword(*fromInput)
	if err != nil {
		return err
	}
	return withUsers(ctx, c, func(users *account.Users) error {
		user, err := users.ByUsername(ctx, args[0])
		if err != nil {
			return err
		}
		if err := users.SetPassword(ctx, user.ID, password); err != nil {
			return err
		}
		fmt.Fprintf(c.out, "%s has a new password and was signed out everywhere.\n", user.Username)
		tellPassword(c.out, password, isMadeUp)
		return nil
	})
}

// choosePassword reads one line of the standard input, or makes a password up.
func choosePassword(fromInput bool) (password string, isMadeUp bool, err error) {
	if !fromInput {
		return strings.ToLower(rand.Text()[:20]), true, nil
	}
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if err != nil && line == "" {
		return "", false, fmt.Errorf("read the password: %w", err)
	}
	return strings.TrimRight(line, "\r\n"), false, nil
}

func tellPassword(w io.Writer, password string, isMadeUp bool) {
	if isMadeUp {
		fmt.Fprintf(w, "Password: %s\n", password)
	}
}

// listedUsers bounds the listing; a text narrows it.
const listedUsers = 100

func listUsers(ctx context.Context, c call) error {
	if len(c.args) > 1 {
		return errUsage
	}
	return withUsers(ctx, c, func(users *account.Users) error {
		list, total, err := users.List(ctx, account.UserFilter{Search: strings.Join(c.args, ""), Count: listedUsers})
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "NAME\tMAIL\tROLE\tLAST SIGN-IN\t")
		for _, u := range list {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", u.Username, u.Email, roleName(u.Role), lastLogin(u), blockedNote(u))
		}
		if err := table.Flush(); err != nil {
			return err
		}
		if total > len(list) {
			fmt.Fprintf(c.out, "and %d more: name a part of what you look for\n", total-len(list))
		}
		return nil
	})
}

func roleName(role account.Role) string {
	for name, r := range roles {
		if r == role {
			return name
		}
	}
	return "?"
}

func lastLogin(u account.User) string {
	if u.LastLoginAt.IsZero() {
		return "never"
	}
	return u.LastLoginAt.Format("2006-01-02 15:04")
}

func blockedNote(u account.User) string {
	if u.IsBlocked {
		return "blocked"
	}
	return ""
}

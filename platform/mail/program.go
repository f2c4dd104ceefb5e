package mail

import (
	"context"
	"os/exec"

	gomail "github.com/wneessen/go-mail"
)

// program delivers through a sendmail program of the machine, which reads the recipient from the headers.
type program struct {
	path string
	from string
}

func (p program) deliver(ctx context.Context, m *gomail.Msg) error {
	path, err := exec.LookPath(p.path)
	if err != nil {
		return err
	}
	return m.WriteToSendmailWithContext(ctx, path, "-f", p.from)
}

func (p program) check(context.Context) error {
	_, err := exec.LookPath(p.path)
	return err
}

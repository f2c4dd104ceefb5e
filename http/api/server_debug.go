package api

import (
	"context"
	"net/http"

	"lucarne/account"
	"lucarne/http/router"
	"lucarne/platform/mail"
)

// Tasks runs recurrent work at once and waits for it: job.Schedule does.
type Tasks interface {
	RunNow(ctx context.Context, name string) error
}

// testEmails is the command that has an argument.
const testEmails = "test-emails"

func (a *API) debugRoutes() []route {
	if a.Tasks == nil {
		return nil
	}
	admin := func(method, pattern, operation string, do func(http.ResponseWriter, *request) error) route {
		return route{method: method, pattern: pattern, operation: operation, access: privileged, right: account.ManageServer, do: do}
	}
	return []route{
		admin("GET", "/server/debug", "getDebug", a.getDebug),
		admin("POST", "/server/debug/run-command", "runDebugCommand", a.runCommand),
		{method: "GET", pattern: "/server/followers", operation: "", do: a.emptyList},
		{method: "GET", pattern: "/server/following", operation: "", do: a.emptyList},
	}
}

// getDebug answers how the server sees the caller, so that an operator knows whether the proxy in between is trusted.
func (a *API) getDebug(w http.ResponseWriter, r *request) error {
	return answer(w, r, struct {
		IP      string `json:"ip"`
		Waiting int    `json:"activityPubMessagesWaiting"`
	}{router.ClientIP(r.Request), 0})
}

func (a *API) runCommand(w http.ResponseWriter, r *request) error {
	in, err := r.body()
	if err != nil {
		return err
	}
	command := in.text("command")
	if !a.isCommand(command) {
		in.refuse("command", command, invalidValue)
	}
	if command == testEmails {
		in.require("email", "Should have a valid email")
	}
	if err := in.err(); err != nil {
		return err
	}
	if command == testEmails {
		err = a.Mail.Post(r.Context(), mail.Message{To: in.text("email"), Subject: "Test", Text: "This mail was sent to try whether the site can send mail.\n"})
	} else {
		err = a.runTask(r.Context(), a.Commands[command])
	}
	if err != nil {
		return err
	}
	return noContent(w)
}

// runTask does the work of a command; one without a task is done, as this site has nothing of its kind.
func (a *API) runTask(ctx context.Context, name string) error {
	if name == "" {
		return nil
	}
	return a.Tasks.RunNow(ctx, name)
}

func (a *API) isCommand(name string) bool {
	_, known := a.Commands[name]
	return known || (name == testEmails && a.Mail != nil)
}

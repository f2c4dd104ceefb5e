package api

import (
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"lucarne/account"
	"lucarne/platform/fault"
	"lucarne/platform/logbook"
)

// logLevels are the levels of the API, least serious first.
var logLevels = map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}

func (a *API) logRoutes() []route {
	if a.Log == nil {
		return nil
	}
	admin := func(pattern, operation string, do func(http.ResponseWriter, *request) error) route {
		return route{method: "GET", pattern: pattern, operation: operation, access: privileged, right: account.ManageServer, do: do}
	}
	return []route{
		admin("/server/logs", "getInstanceLogs", a.getLogs),
		admin("/server/audit-logs", "getInstanceAuditLogs", a.getAuditLogs),
		{method: "POST", pattern: "/server/logs/client", operation: "sendClientLog", access: optional, group: "receive_client_log", do: a.addClientLog},
	}
}

// logLine is a line of the log with its further fields beside these.
func logLine(e logbook.Entry, label string) map[string]any {
	line := make(map[string]any, len(e.Fields)+4)
	for name, value := range e.Fields {
		line[name] = value
	}
	line["timestamp"], line["label"], line["message"] = timestamp(e.Time), label, e.Message
	line["level"] = strings.ToLower(e.Level.String())
	return line
}

func (a *API) getLogs(w http.ResponseWriter, r *request) error {
	return a.answerLog(w, r, a.Log)
}

func (a *API) getAuditLogs(w http.ResponseWriter, r *request) error {
	return a.answerLog(w, r, a.AuditLog)
}

func (a *API) answerLog(w http.ResponseWriter, r *request, book *logbook.Book) error {
	in, err := r.query()
	if err != nil {
		return err
	}
	in.require("startDate", "Should have a start date that conforms to ISO 8601")
	start, end := in.optTime("startDate", "Should have a start date that conforms to ISO 8601"), in.optTime("endDate", "Should have an end date that conforms to ISO 8601")
	level := in.optString("level", oneOf("debug", "info", "warn", "error"))
	if err := in.err(); err != nil {
		return err
	}
	lines := []map[string]any{}
	for _, e := range book.Between(orZero(start), orZero(end), logLevels[orDefault(level, "info")]) {
		line := logLine(e, a.Site.Host)
		if book == a.AuditLog {
			line["level"] = "audit"
		}
		lines = append(lines, line)
	}
	return answer(w, r, lines)
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

func orDefault(text *string, otherwise string) string {
	if text == nil || *text == "" {
		return otherwise
	}
	return *text
}

// The bounds of what a browser may report.
const (
	maxClientMessage = 5_000
	maxClientURL     = 1_000
	maxClientTrace   = 15_000
)

// addClientLog writes an error a browser met into our log.
func (a *API) addClientLog(w http.ResponseWriter, r *request) error {
	if !a.AcceptsClientLog() {
		return fault.New(fault.Forbidden, "This instance does not accept the logs of browsers")
	}
	in, err := r.body()
	if err != nil {
		return err
	}
	for _, name := range []string{"message", "url", "level"} {
		in.require(name, invalidValue)
	}
	level := in.optString("level", oneOf("error", "warn"))
	fields := map[string]*string{
		"clientMessage": in.optString("message", length(1, maxClientMessage)), "url": in.optString("url", length(1, maxClientURL)),
		"stackTrace": in.optString("stackTrace", length(0, maxClientTrace)), "userAgent": in.optString("userAgent", length(0, maxClientURL)),
		"meta": in.optString("meta", length(0, maxClientTrace)),
	}
	if err := in.err(); err != nil {
		return err
	}
	a.Logger.LogAttrs(r.Context(), logLevels[*level], "a browser reports", clientAttrs(fields, r.viewer)...)
	return noContent(w)
}

func clientAttrs(fields map[string]*string, viewer account.Viewer) []slog.Attr {
	var attrs []slog.Attr
	for name, value := range fields {
		if value != nil && *value != "" {
			attrs = append(attrs, slog.String(name, *value))
		}
	}
	slices.SortFunc(attrs, func(x, y slog.Attr) int { return strings.Compare(x.Key, y.Key) })
	if viewer.IsSignedIn() {
		attrs = append(attrs, slog.String("user", viewer.User.Username))
	}
	return attrs
}

package web

import (
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"lucarne/account"
	"lucarne/http/web/ui"
	"lucarne/platform/logbook"
)

func (p *Pages) adminLogRoutes() []route {
	return []route{{method: "GET", pattern: "/admin/logs", access: privileged, right: account.ManageServer, do: p.adminLogs}}
}

// listedLines bounds the page; the newest lines come first.
const listedLines = 300

var logLevels = map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}

// logView are the last lines of the log.
type logView struct {
	level, search string
	lines         []logbook.Entry
}

func (p *Pages) adminLogs(w http.ResponseWriter, r *request) error {
	q := r.URL.Query()
	view := logView{level: nameOr(oneOf(q.Get("level"), "debug", "info", "warn", "error"), "info"), search: clip(q.Get("search"), maxSearch)}
	all := p.LogBook.Between(time.Time{}, time.Time{}, logLevels[view.level])
	for _, line := range slices.Backward(all) {
		if len(view.lines) == listedLines {
			break
		}
		if strings.Contains(strings.ToLower(line.Message+" "+fieldsOfLine(line)), strings.ToLower(view.search)) {
			view.lines = append(view.lines, line)
		}
	}
	return r.show(w, http.StatusOK, r.adminPage(r.t.T("admin.logs")), logsContent(r, view))
}

// fieldsOfLine writes what a line tells besides its message.
func fieldsOfLine(line logbook.Entry) string {
	parts := make([]string, 0, len(line.Fields))
	for _, name := range slices.Sorted(maps.Keys(line.Fields)) {
		parts = append(parts, fmt.Sprintf("%s=%v", name, line.Fields[name]))
	}
	return strings.Join(parts, " ")
}

func levelTone(level slog.Level) ui.Tone {
	switch {
	case level >= slog.LevelError:
		return ui.Danger
	case level >= slog.LevelWarn:
		return ui.Warning
	}
	return ui.Neutral
}

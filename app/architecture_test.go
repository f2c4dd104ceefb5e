package app

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// line is the order of the subjects: a package imports its own folder and those before it (docs/architecture.md).
var line = []string{"platform", "account", "channel", "video", "live", "chat", "moderation", "notify", "federation", "http", "app"}

// tools know formats, not our subjects: they import platform and one another only.
var tools = []string{
	"video/ffmpeg", "video/hls", "video/subtitle", "video/torrent", "video/timecode", "live/rtmp", "chat/rule", "chat/sasl", "chat/xmpp", "chat/s2s", "federation/activitypub", "federation/signature",
}

// surfaces never import one another, and hold no SQL.
var surfaces = []string{"http/api", "http/web", "http/feed", "http/files", "http/realtime", "http/tracker", "http/whip", "http/livechat"}

// owners says which folder writes a table.
var owners = map[string]string{
	"setting": "platform/setting", "outbox_fact": "platform/event", "outbox_retry": "platform/event",
	"job_progress": "platform/job", "river_job": "platform/job", "river_queue": "platform/job",
	"actor": "account", "actor_image": "account", "users": "account", "account": "account", "oauth_client": "account",
	"session": "account", "registration": "account", "one_time_token": "account", "follow": "account",
	"channel": "channel", "channel_search": "channel",
	"video": "video", "video_search": "video", "video_tag": "video", "video_password": "video", "video_schedule": "video",
	"streaming_playlist": "video", "swarm": "video", "video_file": "video", "video_source": "video", "rendition_progress": "video", "thumbnail": "video",
	"storyboard": "video", "caption": "video", "chapter": "video", "upload": "video",
	"view_buffer": "video", "video_view": "video", "download_buffer": "video", "video_download": "video", "viewer": "video", "viewer_section": "video", "watch_history": "video", "rate": "video",
	"live_schedule": "video", "live": "live", "live_session": "live", "live_relay": "live",
	"chat_channel": "chat", "chat_video": "chat", "chat_room": "chat", "chat_message": "chat", "chat_reaction": "chat", "chat_event": "chat",
	"chat_moderator": "chat", "chat_sanction": "chat", "chat_log": "chat", "chat_item": "chat", "chat_list_key": "chat", "chat_list": "chat", "chat_subscription": "chat", "chat_emoji": "chat", "chat_poll": "chat", "chat_vote": "chat",
	"chat_token": "chat/token", "chat_overlay": "chat/token",
}

type source struct {
	path    string // "video/list.go"
	folder  string // "video"
	isTest  bool
	file    *ast.File
	fileset *token.FileSet
}

func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	root := ".."
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == "testdata" || strings.HasPrefix(entry.Name(), ".") && path != root) {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		relative = filepath.ToSlash(relative)
		all = append(all, source{
			path: relative, folder: strings.TrimSuffix(filepath.ToSlash(filepath.Dir(relative)), "/"),
			isTest: strings.HasSuffix(path, "_test.go"), file: file, fileset: files,
		})
		return nil
	})
	if err != nil || len(all) < 10 {
		t.Fatalf("read %d files: %v", len(all), err)
	}
	return all
}

func place(folder string) int {
	first, _, _ := strings.Cut(folder, "/")
	return slices.Index(line, first)
}

func isIn(folder string, list []string) bool {
	return slices.ContainsFunc(list, func(f string) bool { return folder == f || strings.HasPrefix(folder, f+"/") })
}

func imports(s source) []string {
	var list []string
	for _, spec := range s.file.Imports {
		path, _ := strconv.Unquote(spec.Path.Value)
		if inner, ours := strings.CutPrefix(path, "lucarne/"); ours {
			list = append(list, inner)
		}
	}
	return list
}

// isTestSupport tells the folders that are no part of the program: dbtest, channeltest, capturetest…, and the measurements, which fill a
// database directly.
func isTestSupport(folder string) bool {
	return strings.HasSuffix(folder, "test") || folder == "app/bench"
}

func TestImportsKeepTheLine(t *testing.T) {
	for _, s := range sources(t) {
		if s.folder == "." || s.isTest || isTestSupport(s.folder) {
			continue
		}
		for _, imported := range imports(s) {
			if place(imported) > place(s.folder) {
				t.Errorf("%s imports %s, which stands to its right", s.path, imported)
			}
			if isIn(s.folder, tools) && place(imported) > 0 && !isIn(imported, tools) {
				t.Errorf("%s is a tool and imports %s: tools import platform and other tools only", s.path, imported)
			}
			if isTestSupport(imported) {
				t.Errorf("%s imports %s, which is for tests", s.path, imported)
			}
		}
	}
}

func TestSurfacesDoNotImportOneAnother(t *testing.T) {
	for _, s := range sources(t) {
		for _, surface := range surfaces {
			if !isIn(s.folder, []string{surface}) {
				continue
			}
			for _, imported := range imports(s) {
				if isIn(imported, surfaces) && !isIn(imported, []string{surface}) {
					t.Errorf("%s imports the surface %s", s.path, imported)
				}
			}
		}
	}
}

func TestConfigurationIsReadInAppOnly(t *testing.T) {
	for _, s := range sources(t) {
		if isIn(s.folder, []string{"app", "platform/config"}) {
			continue
		}
		if slices.Contains(imports(s), "platform/config") {
			t.Errorf("%s reads the configuration: take an Options struct instead", s.path)
		}
	}
}

func TestNoFolderOfLeftovers(t *testing.T) {
	forbidden := []string{"utils", "util", "common", "helpers", "helper", "models", "types", "shared"}
	for _, s := range sources(t) {
		if slices.Contains(forbidden, filepath.Base(s.folder)) {
			t.Errorf("%s: a function without a home belongs to the package that uses it", s.path)
		}
	}
}

var (
	writes = regexp.MustCompile(`(?i)\b(?:INSERT INTO|UPDATE|DELETE FROM)\s+([a-z_]+)`)
	reads  = regexp.MustCompile(`(?i)\b(?:FROM|JOIN)\s+([a-z_]+)`)
)

// literals gives the text constants of a file.
func literals(s source) []string {
	var list []string
	ast.Inspect(s.file, func(n ast.Node) bool {
		if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			if text, err := strconv.Unquote(literal.Value); err == nil {
				list = append(list, text)
			}
		}
		return true
	})
	return list
}

func TestTablesAreWrittenByTheirOwnerAndReadFromTheRight(t *testing.T) {
	for _, s := range sources(t) {
		if s.isTest || isTestSupport(s.folder) || s.folder == "platform/db" {
			continue
		}
		for _, text := range literals(s) {
			checkWrites(t, s, text)
			checkReads(t, s, text)
		}
	}
}

func checkWrites(t *testing.T, s source, text string) {
	t.Helper()
	for _, match := range writes.FindAllStringSubmatch(text, -1) {
		owner, known := owners[match[1]]
		if known && !isIn(s.folder, []string{owner}) {
			t.Errorf("%s writes the table %s of %s", s.path, match[1], owner)
		}
	}
}

func checkReads(t *testing.T, s source, text string) {
	t.Helper()
	if !strings.Contains(text, "SELECT") {
		return
	}
	for _, match := range reads.FindAllStringSubmatch(text, -1) {
		owner, known := owners[match[1]]
		if !known {
			continue
		}
		if isIn(s.folder, surfaces) {
			t.Errorf("%s is a surface and holds SQL: %.60s", s.path, text)
		}
		if place(owner) > place(s.folder) {
			t.Errorf("%s reads the table %s of %s, which stands to its right", s.path, match[1], owner)
		}
	}
}

func TestEveryTableHasAnOwner(t *testing.T) {
	created := regexp.MustCompile(`(?m)^CREATE TABLE ([a-z_]+)|\{\{search "([a-z_]+)"\}\}`)
	files, err := filepath.Glob("../platform/db/migration/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("migrations: %v, %v", files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range created.FindAllStringSubmatch(string(text), -1) {
			table := match[1] + match[2] // one of the two is empty
			if owners[table] == "" {
				t.Errorf("%s: the table %s has no owner", filepath.Base(file), table)
			}
		}
	}
}

package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"lucarne/platform/blob"
	"lucarne/platform/config"
	"lucarne/video/ffmpeg"
)

// finding is what the doctor says of one thing.
type finding struct {
	subject string
	verdict verdict
	text    string // what was found
	advice  string // what to do; "" when nothing is to do
}

type verdict string

const (
	fine    verdict = "ok"
	warning verdict = "warn"
	broken  verdict = "FAIL"
)

// checkWithin bounds each check, so that a server that never answers does not keep the doctor.
const checkWithin = 15 * time.Second

var errUnwell = errors.New("some things need attention, see above")

// doctor checks what the site needs and says what to do. It changes nothing.
func doctor(ctx context.Context, c call) error {
	settings, err := config.Open(c.sources)
	if err != nil {
		return err
	}
	cfg := settings.Current()
	checks := []func(context.Context, *config.Config) []finding{checkFFmpeg, checkFolders, checkDatabase, checkStorage, checkPorts, checkMail, checkAddress}
	isUnwell := false
	for _, w := range settings.Warnings() {
		tell(c.out, finding{"configuration", warning, w.String(), ""})
	}
	for _, check := range checks {
		limited, cancel := context.WithTimeout(ctx, checkWithin)
		for _, f := range check(limited, cfg) {
			tell(c.out, f)
			isUnwell = isUnwell || f.verdict == broken
		}
		cancel()
	}
	if isUnwell {
		return errUnwell
	}
	return nil
}

func tell(w io.Writer, f finding) {
	fmt.Fprintf(w, "%-4s  %-14s %s\n", f.verdict, f.subject, f.text)
	if f.advice != "" {
		fmt.Fprintf(w, "      %-14s → %s\n", "", f.advice)
	}
}

func checkFFmpeg(ctx context.Context, cfg *config.Config) []finding {
	tools := ffmpeg.New(ffmpeg.Options{FFmpeg: cfg.Lucarne.FFmpeg.Program, FFprobe: cfg.Lucarne.FFmpeg.ProbeProgram})
	version, err := tools.Version(ctx)
	if err != nil {
		return []finding{{"ffmpeg", broken, err.Error(), "install it (apt install ffmpeg); until then uploads wait with that reason"}}
	}
	found := []finding{{"ffmpeg", fine, "version " + version, ""}}
	name := cfg.Lucarne.Transcoding.Hardware
	if name == "software" || name == "auto" {
		return found
	}
	hardware, err := ffmpeg.HardwareByName(name, cfg.Lucarne.Transcoding.Device)
	if err == nil {
		err = tools.Detect(ctx, hardware)
	}
	if err != nil {
		return append(found, finding{"encoder " + name, warning, err.Error(), "software encoding is used instead; check the driver, or set lucarne.transcoding.hardware to software"})
	}
	return append(found, finding{"encoder " + name, fine, "a test frame was encoded", ""})
}

// lowDisk is the share of free space below which the doctor warns.
const lowDisk = 0.05

func checkFolders(_ context.Context, cfg *config.Config) []finding {
	data, err := filepath.Abs(cfg.Lucarne.Data)
	if err != nil {
		return []finding{{"data folder", broken, err.Error(), ""}}
	}
	existing := data
	for existing != filepath.Dir(existing) {
		if _, err := os.Stat(existing); err == nil {
			break
		}
		existing = filepath.Dir(existing)
	}
	probe, err := os.CreateTemp(existing, ".lucarne-doctor-*")
	if err != nil {
		return []finding{{"data folder", broken, existing + " cannot be written: " + err.Error(), "give it to the user Lucarne runs as (chown), or choose another with --data"}}
	}
	probe.Close()
	os.Remove(probe.Name())
	free, total, err := blob.FreeSpace(existing)
	if err != nil {
		return []finding{{"data folder", warning, "free space unknown: " + err.Error(), ""}}
	}
	f := finding{"data folder", fine, fmt.Sprintf("%s, %s free of %s", data, humanize.IBytes(uint64(free)), humanize.IBytes(uint64(total))), ""}
	if float64(free) < lowDisk*float64(total) || free < int64(cfg.Lucarne.Upload.MinFreeDiskBytes) {
		f.verdict, f.advice = warning, "make room or move storage.* to a larger disk: uploads are refused below "+cfg.Lucarne.Upload.MinFreeDiskBytes.String()
	}
	return []finding{f}
}

func checkDatabase(ctx context.Context, cfg *config.Config) []finding {
	if !cfg.Database.IsPostgres() {
		if _, err := os.Stat(cfg.SQLiteFile()); errors.Is(err, os.ErrNotExist) {
			return []finding{{"database", fine, "SQLite in " + cfg.SQLiteFile() + ", made at the first start", ""}}
		}
	}
	d, err := openDatabase(ctx, cfg)
	if err != nil {
		return []finding{{"database", broken, err.Error(), "check database.hostname, port, username and password, and that the server runs"}}
	}
	defer d.Close()
	pending, err := d.Pending(ctx)
	switch {
	case err != nil:
		return []finding{{"database", broken, err.Error(), ""}}
	case pending > 0:
		return []finding{{"database", fine, fmt.Sprintf("%s, %d migrations behind: made at the next start, or by lucarne migrate", d.Engine(), pending), ""}}
	}
	return []finding{{"database", fine, string(d.Engine()) + ", up to date", ""}}
}

func checkStorage(ctx context.Context, cfg *config.Config) []finding {
	if !cfg.ObjectStorage.Enabled {
		return nil
	}
	service, err := blob.NewService(*s3Options(cfg))
	if err != nil {
		return []finding{{"object storage", broken, err.Error(), "check object_storage.endpoint"}}
	}
	var found []finding
	for kind, bucket := range buckets(cfg) {
		f := finding{"object storage", fine, fmt.Sprintf("bucket %s for %s answers", bucket.Name, kind), ""}
		if err := service.Bucket(bucket).Check(ctx); err != nil {
			f.verdict, f.text, f.advice = broken, fmt.Sprintf("bucket %s for %s: %v", bucket.Name, kind, err), "check that the bucket exists and the credentials may read and write it"
		}
		found = append(found, f)
	}
	return found
}

func checkPorts(_ context.Context, cfg *config.Config) []finding {
	found := []finding{checkPort("port", cfg.Listen.Address(), "listen.port")}
	if !cfg.Live.Enabled {
		return found
	}
	if c := cfg.Live.RTMP; c.Enabled {
		found = append(found, checkPort("port of RTMP", net.JoinHostPort(c.Hostname, strconv.Itoa(c.Port)), "live.rtmp.port"))
	}
	if c := cfg.Live.RTMPS; c.Enabled {
		found = append(found, checkPort("port of RTMPS", net.JoinHostPort(c.Hostname, strconv.Itoa(c.Port)), "live.rtmps.port"))
	}
	if c := cfg.Lucarne.Live.WHIP; c.Enabled && c.TCP {
		found = append(found, checkPort("port of WHIP", net.JoinHostPort(c.Hostname, strconv.Itoa(c.Port)), "lucarne.live.whip.port"))
	}
	return found
}

func checkPort(subject, address, key string) finding {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return finding{subject, warning, fmt.Sprintf("%s cannot be opened: %v", address, err), "fine when it is Lucarne that runs there; else stop what does, or change " + key}
	}
	listener.Close()
	return finding{subject, fine, address + " is free", ""}
}

func checkMail(ctx context.Context, cfg *config.Config) []finding {
	sender, err := newMail(cfg, nil)
	if err != nil {
		return []finding{{"mail", broken, err.Error(), "check smtp.*"}}
	}
	if !sender.Enabled() {
		return []finding{{"mail", warning, "not configured", "without smtp.hostname nobody can verify an address or reset a password by mail (use: lucarne user reset-password)"}}
	}
	if err := sender.Check(ctx); err != nil {
		return []finding{{"mail", broken, err.Error(), "check smtp.hostname, port, tls, username and password"}}
	}
	return []finding{{"mail", fine, "the server takes our mail", ""}}
}

func checkAddress(_ context.Context, cfg *config.Config) []finding {
	f := finding{"public address", fine, cfg.Webserver.Origin(), ""}
	switch host := cfg.Webserver.Hostname; {
	case host == "localhost" || strings.HasPrefix(host, "127."):
		f.verdict, f.advice = warning, "fine for a try; before others join, set webserver.hostname: it becomes part of every address for good"
	case !cfg.Webserver.HTTPS:
		f.verdict, f.advice = warning, "serve it over https (a reverse proxy such as Caddy does it by itself) and set webserver.https"
	}
	return []finding{f}
}

package video

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"lucarne/account"
	"lucarne/platform/clock"
	"lucarne/platform/db"
	"lucarne/platform/event"
	"lucarne/platform/fault"
	"lucarne/video/ffmpeg"
	"lucarne/video/timecode"
)

// Chapter is a titled part of a video, from its second on to that of the next.
type Chapter struct {
	Second int
	Title  string
}

const badChapters = "Chapters must have a valid title and timecode, and each timecode must be unique"

// ChaptersOptions set up Chapters.
type ChaptersOptions struct {
	DB     *db.DB
	Clock  clock.Clock
	Outbox *event.Outbox
}

// Chapters are the parts videos are cut into. They come from their owner, else from the description, else from the uploaded file.
type Chapters struct{ o ChaptersOptions }

// NewChapters makes the subject of chapters.
func NewChapters(o ChaptersOptions) *Chapters { return &Chapters{o: o} }

// List gives the chapters of a video in their order.
func (c *Chapters) List(ctx context.Context, id ID) ([]Chapter, error) {
	return chaptersOf(ctx, c.o.DB, id)
}

// Replace sets all chapters of a video, for those who may change it. An empty list removes them.
func (c *Chapters) Replace(ctx context.Context, viewer account.Viewer, id ID, chapters []Chapter) error {
	if !areChapters(chapters) {
		return fault.InvalidParam("chapters", nil, badChapters)
	}
	return c.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		found, err := read(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := checkManage(found.CanManage(viewer), viewer); err != nil {
			return err
		}
		return c.replace(ctx, tx, id, chapters)
	})
}

// ReplaceFromContainer gives a video without chapters those of its uploaded file. It reports whether there were any to take.
func (c *Chapters) ReplaceFromContainer(ctx context.Context, id ID, found []ffmpeg.Chapter) (taken bool, err error) {
	chapters := chaptersOfContainer(found)
	if len(chapters) == 0 {
		return false, nil
	}
	err = c.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		present, err := chaptersOf(ctx, tx, id)
		if err != nil || len(present) > 0 {
			return err
		}
		taken = true
		return c.replace(ctx, tx, id, chapters)
	})
	if err != nil {
		return false, fmt.Errorf("take chapters of the file of video %d: %w", id, err)
	}
	return taken, nil
}

func (c *Chapters) replace(ctx context.Context, tx *db.Tx, id ID, chapters []Chapter) error {
	if err := replaceChapters(ctx, tx, id, chapters); err != nil {
		return err
	}
	return changed(ctx, tx, c.o.Outbox, id, c.o.Clock.Now())
}

// changed ends a change of what stands beside a video's row.
func changed(ctx context.Context, tx *db.Tx, outbox *event.Outbox, id ID, at time.Time) error {
	if _, err := db.Exec(ctx, tx, "UPDATE video SET updated_at = ? WHERE id = ?", at, id); err != nil {
		return err
	}
	tx.Touch(Topic)
	return outbox.Record(ctx, tx, Updated{VideoID: id})
}

// followDescription lets the chapters follow a changed description, unless their owner set others than the old one listed.
func followDescription(ctx context.Context, tx *db.Tx, from string, to Video) error {
	if from == to.Description {
		return nil
	}
	length := time.Duration(to.DurationSeconds) * time.Second
	before, after := chaptersOfText(from, length), chaptersOfText(to.Description, length)
	if slices.Equal(before, after) {
		return nil
	}
	present, err := chaptersOf(ctx, tx, to.ID)
	if err != nil || !slices.Equal(present, before) {
		return err
	}
	return replaceChapters(ctx, tx, to.ID, after)
}

func chaptersOfText(description string, length time.Duration) []Chapter {
	var chapters []Chapter
	for _, entry := range timecode.Chapters(description, length) {
		chapters = append(chapters, Chapter{Second: int(entry.Start / time.Second), Title: entry.Title})
	}
	return uniqueChapters(chapters)
}

// chaptersOfContainer drops chapters without title, and shortens what is longer than a title may be.
func chaptersOfContainer(found []ffmpeg.Chapter) []Chapter {
	var chapters []Chapter
	for _, one := range found {
		title := []rune(strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(one.Title, ""), "\x00", "")))
		if len(title) == 0 || one.Start < 0 || one.Start > timecode.Max {
			continue
		}
		title = title[:min(len(title), timecode.MaxTitleLength)]
		chapters = append(chapters, Chapter{Second: int(one.Start / time.Second), Title: string(title)})
	}
	return uniqueChapters(chapters[:min(len(chapters), timecode.MaxChapters)])
}

// uniqueChapters puts chapters in order and keeps the first of each second.
func uniqueChapters(chapters []Chapter) []Chapter {
	slices.SortStableFunc(chapters, func(a, b Chapter) int { return a.Second - b.Second })
	return slices.CompactFunc(chapters, func(a, b Chapter) bool { return a.Second == b.Second })
}

func areChapters(chapters []Chapter) bool {
	if len(chapters) > timecode.MaxChapters {
		return false
	}
	seen := make(map[int]bool, len(chapters))
	for _, c := range chapters {
		isInRange := c.Second >= 0 && c.Second <= int(timecode.Max/time.Second)
		if !isInRange || seen[c.Second] || strings.TrimSpace(c.Title) == "" || strings.ContainsRune(c.Title, 0) ||
			!hasLength(c.Title, 1, timecode.MaxTitleLength) {
			return false
		}
		seen[c.Second] = true
	}
	return true
}

package video_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"lucarne/account"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/platform/fault"
	"lucarne/video"
	"lucarne/video/ffmpeg"
	"lucarne/video/videotest"
)

func chaptersIn(w *videotest.World) *video.Chapters {
	return video.NewChapters(video.ChaptersOptions{DB: w.DB, Clock: w.Clock, Outbox: w.Outbox})
}

func wantChapters(t *testing.T, chapters *video.Chapters, id video.ID, want ...video.Chapter) {
	t.Helper()
	got, err := chapters.List(t.Context(), id)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("chapters: got %+v, %v, want %+v", got, err, want)
	}
}

func TestReplaceChapters(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := videotest.New(t, d)
		alice, bob := w.User(t, "alice", account.Ordinary), w.User(t, "bob", account.Ordinary)
		made, chapters := w.Video(t, alice, nil), chaptersIn(w)
		w.Clock.Advance(time.Minute)
		if err := chapters.Replace(t.Context(), alice, made.ID, []video.Chapter{{Second: 10, Title: "Middle"}, {Second: 0, Title: "Start"}}); err != nil {
			t.Fatal(err)
		}
		wantChapters(t, chapters, made.ID, video.Chapter{Second: 0, Title: "Start"}, video.Chapter{Second: 10, Title: "Middle"})
		if now, err := w.Videos.Get(t.Context(), made.ID); err != nil || !now.UpdatedAt.After(made.UpdatedAt) {
			t.Errorf("the video was updated at %v, %v", now.UpdatedAt, err)
		}
		if err := chapters.Replace(t.Context(), bob, made.ID, nil); !fault.Is(err, fault.Forbidden) {
			t.Errorf("another user: got %v", err)
		}
		if err := chapters.Replace(t.Context(), alice, made.ID, nil); err != nil {
			t.Error(err)
		}
		wantChapters(t, chapters, made.ID)
		if err := chapters.Replace(t.Context(), alice, 999, nil); !fault.Is(err, fault.NotFound) {
			t.Errorf("no video: got %v", err)
		}
	})
}

func TestReplaceChaptersRefuses(t *testing.T) {
	d := dbtest.SQLite(t)
	w := videotest.New(t, d)
	alice := w.User(t, "alice", account.Ordinary)
	made, chapters := w.Video(t, alice, nil), chaptersIn(w)
	many := make([]video.Chapter, 1001)
	for i := range many {
		many[i] = video.Chapter{Second: i, Title: "x"}
	}
	for name, list := range map[string][]video.Chapter{
		"no title":        {{Second: 0}},
		"a blank title":   {{Second: 0, Title: " \t"}},
		"a long title":    {{Second: 0, Title: strings.Repeat("é", 101)}},
		"a zero byte":     {{Second: 0, Title: "a\x00"}},
		"a negative time": {{Second: -1, Title: "a"}},
		"a huge time":     {{Second: 1 << 40, Title: "a"}},
		"a time twice":    {{Second: 1, Title: "a"}, {Second: 1, Title: "b"}},
		"too many":        many,
	} {
		if err := chapters.Replace(t.Context(), alice, made.ID, list); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	wantChapters(t, chapters, made.ID)
}

func TestChaptersFollowTheDescription(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := videotest.New(t, d)
		alice := w.User(t, "alice", account.Ordinary)
		chapters := chaptersIn(w)
		made := w.Video(t, alice, func(d *video.Draft) { d.Description = "A film\n\n00:00 start\n00:10 middle" })
		wantChapters(t, chapters, made.ID, video.Chapter{Second: 0, Title: "start"}, video.Chapter{Second: 10, Title: "middle"})

		describe := func(text string) {
			t.Helper()
			if err := w.Videos.Update(t.Context(), alice, made.ID, video.Change{Description: &text}); err != nil {
				t.Fatal(err)
			}
		}
		describe("0:00 begin\n0:20 end")
		wantChapters(t, chapters, made.ID, video.Chapter{Second: 0, Title: "begin"}, video.Chapter{Second: 20, Title: "end"})

		own := video.Chapter{Second: 5, Title: "mine"}
		if err := chapters.Replace(t.Context(), alice, made.ID, []video.Chapter{own}); err != nil {
			t.Fatal(err)
		}
		describe("0:00 one\n0:09 two")
		wantChapters(t, chapters, made.ID, own)
	})
}

func TestChaptersOfTheContainer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := videotest.New(t, d)
		alice := w.User(t, "alice", account.Ordinary)
		made, chapters := w.Video(t, alice, nil), chaptersIn(w)
		found := []ffmpeg.Chapter{
			{Title: " Two\x00 ", Start: 12 * time.Second},
			{Title: "One", Start: 0},
			{Title: "again", Start: 500 * time.Millisecond},
			{Title: "", Start: 15 * time.Second},
			{Title: strings.Repeat("x", 300), Start: 20 * time.Second},
			{Title: "lost", Start: -time.Second},
		}
		for turn, want := range []bool{true, false} {
			if taken, err := chapters.ReplaceFromContainer(t.Context(), made.ID, found); taken != want || err != nil {
				t.Errorf("turn %d: got %v, %v", turn, taken, err)
			}
		}
		wantChapters(t, chapters, made.ID, video.Chapter{Second: 0, Title: "One"}, video.Chapter{Second: 12, Title: "Two"},
			video.Chapter{Second: 20, Title: strings.Repeat("x", 100)})
	})
}

package video_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"lucarne/platform/clock"
	"lucarne/video"
)

func TestFileTokens(t *testing.T) {
	now := clock.NewFake(time.UnixMilli(1_000))
	tokens := video.NewFileTokens([]byte("secret"), func() time.Duration { return time.Hour }, now)
	film, other := uuid.New(), uuid.New()
	token, expires := tokens.Issue(film)
	if !expires.Equal(now.Now().Add(time.Hour)) {
		t.Errorf("expires %v", expires)
	}
	forged := video.NewFileTokens([]byte("another secret"), func() time.Duration { return time.Hour }, now)
	stranger, _ := forged.Issue(film)
	cases := []struct {
		name  string
		of    uuid.UUID
		token string
		want  bool
	}{
		{"its video", film, token, true},
		{"another video", other, token, false},
		{"another key", film, stranger, false},
		{"cut", film, token[:len(token)-1], false},
		{"none", film, "", false},
		{"rubbish", film, "../../etc/passwd", false},
	}
	for _, c := range cases {
		if got := tokens.IsValid(c.of, c.token); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
	now.Advance(time.Hour)
	if tokens.IsValid(film, token) {
		t.Error("an expired token opens the files")
	}
}

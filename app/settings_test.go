package app

import (
	"testing"

	"lucarne/platform/config"
)

func TestWhatIsKeptForEverIsNotDeleted(t *testing.T) {
	live, err := config.Open(config.Sources{})
	if err != nil {
		t.Fatal(err)
	}
	s := (&platform{settings: live}).audienceSettings()
	if s.HistoryMaxAge >= 0 || s.LocalViewsMaxAge >= 0 {
		t.Errorf("by default history is deleted after %v and views after %v; negative keeps", s.HistoryMaxAge, s.LocalViewsMaxAge)
	}
	if s.RemoteViewsMaxAge <= 0 {
		t.Errorf("remote views are kept %v", s.RemoteViewsMaxAge)
	}
}

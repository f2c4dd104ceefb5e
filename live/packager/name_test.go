package packager

import "testing"

func FuzzName(f *testing.F) {
	for _, name := range []string{"0-init-0.mp4", "0-000012.m4s", "3-1234567.4.m4s", "0-.m4s", "-", "0--1.m4s", "00-000001.m4s", "0-000000.-0.m4s"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		w, ok := parseName(name)
		if !ok {
			return
		}
		again := segmentName(w.rendition, w.number)
		switch {
		case w.isInit:
			again = initName(w.rendition, w.generation)
		case w.part >= 0:
			again = partName(w.rendition, w.number, w.part)
		}
		if again != name {
			t.Errorf("%q was read as %q", name, again)
		}
	})
}

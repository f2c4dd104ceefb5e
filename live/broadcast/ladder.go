package broadcast

import (
	"lucarne/live/encode"
	"lucarne/live/packager"
	"lucarne/live/stream"
)

// climb has smaller pictures made of the source. A source of another shape gets other ones.
func (l *line) climb(tracks []stream.Track) {
	var picture stream.Track
	for _, t := range tracks {
		if t.Codec.IsVideo() {
			picture = t
		}
	}
	isSame := picture.Codec == l.picture.Codec && picture.Width == l.picture.Width && picture.Height == l.picture.Height
	if !isSame {
		l.stepDown()
		l.picture = picture
		l.ladder = l.newLadder(picture)
	}
	if l.ladder != nil {
		if err := l.ladder.Start(tracks); err != nil {
			l.b.logger.Error("the renditions of a live cannot be made", "error", err)
		}
	}
}

// newLadder plans renditions; nil when there are none to make.
func (l *line) newLadder(picture stream.Track) *encode.Ladder {
	s := l.b.o.Settings()
	if !s.IsEncoded || picture.Codec == "" {
		return nil
	}
	o := s.Ladder
	o.Rungs = encode.Plan(encode.Source{Codec: picture.Codec, Width: picture.Width, Height: picture.Height}, s.Rungs)
	if len(o.Rungs) == 0 {
		return nil
	}
	first := l.names + 1
	l.names += len(o.Rungs)
	o.Logger = l.b.logger
	o.Out = func(rung int) stream.Sink { return l.rendition(first + rung) }
	o.OnDropped = func(rung int, why string) {
		l.packager.Remove(first + rung)
		l.give(o.Rungs[rung].Resolution, why)
	}
	ladder, err := encode.New(o)
	if err != nil {
		l.b.logger.Error("the renditions of a live cannot be made", "error", err)
		return nil
	}
	return ladder
}

// rendition is where encoded pictures go.
func (l *line) rendition(name int) stream.Sink {
	sink, err := l.packager.Rendition(name, packager.Encoded)
	if err != nil {
		l.b.logger.Error("a rendition of a live cannot be packaged", "rendition", name, "error", err)
		return nowhere{}
	}
	return sink
}

// nowhere takes what nobody wants.
type nowhere struct{}

func (nowhere) Start([]stream.Track) error { return nil }
func (nowhere) Write(stream.Sample) error  { return nil }

// stepDown ends the ladder in the background, since it may take a moment, and takes its renditions off air.
func (l *line) stepDown() {
	if l.ladder == nil {
		return
	}
	old, last := l.ladder, l.names
	l.ladder = nil
	go func() {
		old.Close()
		for name := 1; name <= last; name++ {
			l.packager.Remove(name)
		}
	}()
}

// give notes a rendition that was given up.
func (l *line) give(resolution int, why string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.left = append(l.left, Left{Resolution: resolution, Why: why})
}

func (l *line) givenUp() []Left {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]Left(nil), l.left...)
}

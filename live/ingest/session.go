package ingest

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"time"

	"lucarne/live/rtmp"
	"lucarne/platform/fault"
)

// session is one encoder that was let in, until its end.
type session struct {
	key         string
	conn        *metered
	encoder     *rtmp.Encoder
	publication Publication
	converter   *converter
	logger      *slog.Logger

	once   sync.Once
	why    error         // why we ended it, set before ended is closed
	ended  chan struct{} // by us
	closed chan struct{} // the publication, which is the end of all
}

// run takes what the encoder sends until one of us ends it. It returns when nothing of the session is left.
func (s *session) run(ctx context.Context) {
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		s.watch(ctx)
	}()
	err := s.outcome(s.pump())
	s.publication.Close(err)
	close(s.closed)
	if err != nil {
		s.logger.Info("a broadcast by RTMP broke off", "reason", err)
	}
	switch {
	case err == nil:
		s.encoder.Farewell()
	case err != errLost:
		s.end(err)
	}
	_ = s.encoder.Close()
	<-watched
}

// watch ends the session when the broadcast is over or the server stops.
func (s *session) watch(ctx context.Context) {
	select {
	case <-s.closed:
	case <-ctx.Done():
		s.end(errStopping)
	case <-s.publication.Done():
		why := s.publication.Reason()
		if why == nil {
			why = errEnded
		}
		s.end(why)
	}
}

// end tells the encoder why, and closes the connection. The first reason counts.
func (s *session) end(why error) {
	s.once.Do(func() {
		s.why = why
		close(s.ended)
		s.encoder.Refuse(rtmp.Rejected, words(why))
	})
}

// pump passes tags on until the first error; io.EOF is the encoder's goodbye, errLost a connection that broke.
func (s *session) pump() error {
	for {
		tag, err := s.encoder.Read()
		now := s.conn.clock.Now()
		if errors.Is(err, io.EOF) {
			return cmp.Or(s.converter.finish(now), err)
		}
		if err != nil {
			return s.readFailure(err)
		}
		if err := s.converter.take(tag, now); err != nil {
			return err
		}
		if err := s.pause(s.converter.wait(now)); err != nil {
			return err
		}
	}
}

// pause waits for time to catch up with the stream.
func (s *session) pause(wait time.Duration) error {
	if wait == 0 {
		select {
		case <-s.ended:
			return s.why
		default:
			return nil
		}
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-s.ended:
		return s.why
	case <-timer.C:
		return nil
	}
}

// outcome is what the publication is told of the end: our own reason first, nothing for a goodbye.
func (s *session) outcome(err error) error {
	select {
	case <-s.ended:
		return s.why
	case <-s.publication.Done(): // what fails then fails because of it
		if why := s.publication.Reason(); why != nil {
			return why
		}
		return errEnded
	default:
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// readFailure tells what the encoder did from what became of its connection.
func (s *session) readFailure(err error) error {
	var known *fault.Error
	if errors.As(err, &known) {
		return err
	}
	s.logger.Debug("the connection of an encoder broke", "error", err)
	return errLost
}

// silentAfter tells a connection that broke from one that works.
const silentAfter = 2 * time.Second

func (s *session) isSilent() bool { return s.conn.silence() > silentAfter }

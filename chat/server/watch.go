package server

import (
	"context"
	"time"

	"lucarne/chat/xmpp"
)

// A client that was not heard for a while is asked whether it is there, and given up when it does not answer.
const (
	watchEvery = 15 * time.Second
	quietTime  = 45 * time.Second
	silentTime = 100 * time.Second
)

// Run looks after streams that fell silent until ctx ends. All streams are closed then.
func (s *Server) Run(ctx context.Context) error {
	ticker := time.NewTicker(watchEvery)
	defer ticker.Stop()
	defer s.Close()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			s.watch(s.o.Clock.Now())
		}
	}
}

func (s *Server) watch(now time.Time) {
	s.mu.Lock()
	var quiet, silent []*Stream
	for st := range s.streams {
		switch heard := now.Sub(time.UnixMilli(st.heard.Load())); {
		case heard > silentTime:
			silent = append(silent, st)
		case heard > quietTime && st.bound.Load() != nil:
			quiet = append(quiet, st)
		}
	}
	s.mu.Unlock()
	for _, st := range silent {
		go st.conn.Close(&StreamError{Condition: TimedOut})
	}
	for _, st := range quiet {
		c := st.bound.Load()
		c.post(xmpp.NewElement(xmpp.NSClient, "iq", xmpp.NewElement(nsPing, "ping")).Set("type", "get").Set("id", "ping").Set("from", s.host.Domain()))
	}
}

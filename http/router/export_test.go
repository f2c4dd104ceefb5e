package router

import (
	"crypto/tls"
	"net"
	"time"
)

// Spy puts a listener between the server and its connections.
func (s *Server) Spy(wrap func(net.Listener) net.Listener) { s.listener = wrap(s.listener) }

var LoadCertificate = loadCertificate

func (c *certificate) Current(now time.Time) *tls.Certificate { return c.current(now) }

const MaxClients = maxClients

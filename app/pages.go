package app

import "net/http"

// pages are what people see.
func (s *Site) pages() http.Handler { return http.NotFoundHandler() }

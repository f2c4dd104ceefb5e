// Package ingest takes what encoders send over RTMP and RTMPS: it lets them in by their stream key, makes tracks and samples of their
// tags, repairs their timestamps and refuses in words what cannot go on air.
package ingest

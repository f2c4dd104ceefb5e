// Package encode makes of what is on air what its encoder did not send: smaller pictures for slower lines, and sound in a codec that
// every player knows. Each live has one ffmpeg per purpose; it is fed and read through pipes, and a broadcast goes on without it.
package encode

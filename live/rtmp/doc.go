// Package rtmp speaks Adobe's Real-Time Messaging Protocol 1.0 and Enhanced RTMP v1, as far as publishing goes: Accept takes an encoder's
// connection, Publish sends to another server. Nobody can play from it.
//
// Sections cited as "RTMP §" are those of "Adobe's Real Time Messaging Protocol" of December 2012.
package rtmp

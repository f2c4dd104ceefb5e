package rtmp

import (
	"crypto/rand"
	"io"
	"net"
)

const (
	protocolVersion = 3    // RTMP §5.2.2
	handshakeBytes  = 1536 // of C1, C2, S1 and S2
)

// welcome is the server's side of the handshake (RTMP §5.2). Flash's digests, which some players want and no encoder does, are not made: a
// C1 that has one is echoed like any other.
func welcome(conn io.ReadWriter) error {
	c0c1 := make([]byte, 1+handshakeBytes)
	// The version is looked at alone, so that what is not RTMP is left at its first byte.
	if _, err := io.ReadFull(conn, c0c1[:1]); err != nil {
		return err
	}
	// RTMP §5.2.2: 0 to 2 are outdated; 32 and more is text, so not RTMP. A newer version is answered with ours.
	if c0c1[0] < protocolVersion || c0c1[0] > 31 {
		return violation("version %d", c0c1[0])
	}
	if _, err := io.ReadFull(conn, c0c1[1:]); err != nil {
		return unexpected(err)
	}
	answer := make([]byte, 0, 1+2*handshakeBytes)
	answer = append(answer, protocolVersion)
	answer = append(answer, nonce()...)
	answer = append(answer, c0c1[1:]...)
	if _, err := conn.Write(answer); err != nil {
		return err
	}
	// C2 should echo S1; librtmp and others do not keep to it, and nothing hangs on it.
	_, err := io.ReadFull(conn, c0c1[:handshakeBytes])
	return unexpected(err)
}

// greet is the client's side of the handshake.
func greet(conn net.Conn) error {
	if _, err := conn.Write(append([]byte{protocolVersion}, nonce()...)); err != nil {
		return err
	}
	answer := make([]byte, 1+2*handshakeBytes)
	if _, err := io.ReadFull(conn, answer); err != nil {
		return unexpected(err)
	}
	if answer[0] != protocolVersion {
		return violation("version %d", answer[0])
	}
	_, err := conn.Write(answer[1 : 1+handshakeBytes])
	return err
}

// nonce is C1 or S1: time and version zero, which says that no digest is meant, then random bytes.
func nonce() []byte {
	b := make([]byte, handshakeBytes)
	_, _ = rand.Read(b[8:])
	return b
}

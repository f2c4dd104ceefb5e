package e2e_test

import (
	"fmt"
	"net"
	"net/url"
	"testing"

	"lucarne/app/apptest"
)

// breakOff announces the bytes [from, to) of an upload, sends half of them and drops the connection.
func breakOff(t *testing.T, site *apptest.Instance, c *apptest.Client, s *apptest.Sending, from, to int) {
	t.Helper()
	address, err := url.Parse(s.Location)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", address.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, err = fmt.Fprintf(conn, "PUT %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/octet-stream\r\n"+
		"Content-Range: bytes %d-%d/%d\r\nContent-Length: %d\r\n\r\n", address.RequestURI(), address.Host, c.Token(), from, to-1, len(s.Content), to-from)
	if err == nil {
		_, err = conn.Write(s.Content[from : from+(to-from)/2])
	}
	if err != nil {
		t.Fatal(err)
	}
}

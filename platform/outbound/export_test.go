package outbound

import "net/http"

// TrustForTest accepts the certificate of a test server.
func TrustForTest(c *Client, server *http.Client) {
	c.transport.TLSClientConfig = server.Transport.(*http.Transport).TLSClientConfig.Clone()
}

package config

import (
	"net"
	"strconv"
)

// Listen is where a server accepts connections.
type Listen struct {
	Hostname string `key:"hostname" doc:"Address connections are accepted on; empty means every interface."`
	Port     int    `key:"port" default:"9000" check:"port" doc:"Port connections are accepted on; 0 picks a free one."`
}

// Address is the pair net.Listen takes.
func (l Listen) Address() string { return net.JoinHostPort(l.Hostname, strconv.Itoa(l.Port)) }

// Webserver is how the outside world names the site. Every URL and actor id is built from it.
type Webserver struct {
	HTTPS    bool   `key:"https" default:"false" doc:"Visitors reach the site by https; sets the scheme of every address the site gives out."`
	Hostname string `key:"hostname" default:"localhost" check:"host nonempty" doc:"Public host name; other servers remember it, so do not change it once the site federates."`
	Port     int    `key:"port" default:"9000" check:"port min=1" doc:"Port visitors use; left out of addresses when it is the scheme's own."`
}

// Scheme is "http" or "https".
func (w Webserver) Scheme() string {
	if w.HTTPS {
		return "https"
	}
	return "http"
}

// Host is the host name, with the port when it is not the scheme's own: the part after @ in a handle.
func (w Webserver) Host() string {
	if (w.HTTPS && w.Port == 443) || (!w.HTTPS && w.Port == 80) {
		return w.Hostname
	}
	return net.JoinHostPort(w.Hostname, strconv.Itoa(w.Port))
}

// Origin is the scheme and host every public URL starts with, without a slash at the end.
func (w Webserver) Origin() string { return w.Scheme() + "://" + w.Host() }

// Secrets are what must stay on the machine.
type Secrets struct {
	PeerTube string `key:"peertube" secret:"yes" doc:"Hexadecimal secret that signs tokens and encrypts two-factor keys; made and kept in the data folder when empty."`
}

// HTTPTimeouts bounds slow clients.
type HTTPTimeouts struct {
	Request Duration `key:"request" default:"5 minutes" check:"min=0" use:"kept" doc:"Time a client has to send one whole request; lucarne.http.body_idle_timeout bounds slow senders instead, so that a slow line can upload a large file."`
}

// RatesLimit bounds the requests of one address, surface by surface.
type RatesLimit struct {
	API                   RateLimit `key:"api" set:"window=10 seconds|max=50" doc:"REST API"`
	Login                 RateLimit `key:"login" set:"window=5 minutes|max=15" doc:"Sign-in"`
	Signup                RateLimit `key:"signup" set:"window=5 minutes|max=2" doc:"Completed registrations"`
	AskSendEmail          RateLimit `key:"ask_send_email" set:"window=5 minutes|max=3" doc:"Requests that make the site send a mail"`
	ReceiveClientLog      RateLimit `key:"receive_client_log" set:"window=1 minute|max=30" doc:"Errors reported by browsers"`
	Plugins               RateLimit `key:"plugins" use:"kept" set:"window=10 seconds|max=500" doc:"Plugin files and routes"`
	WellKnown             RateLimit `key:"well_known" set:"window=10 seconds|max=200" doc:"Addresses below /.well-known"`
	Feeds                 RateLimit `key:"feeds" set:"window=10 seconds|max=50" doc:"Feeds"`
	ActivityPub           RateLimit `key:"activity_pub" use:"later" set:"window=10 seconds|max=500" doc:"Requests of other servers"`
	Client                RateLimit `key:"client" set:"window=10 seconds|max=500" doc:"Pages"`
	DownloadGenerateVideo RateLimit `key:"download_generate_video" set:"window=5 seconds|max=5" doc:"Downloads assembled on request"`
}

// RateLimit allows Max requests per Window and address.
type RateLimit struct {
	Window Duration `key:"window" check:"min=1" doc:"length of the window requests are counted in."`
	Max    int      `key:"max" check:"min=1" doc:"requests one address may make in a window."`
}

// OAuth2 is how long a sign-in lasts.
type OAuth2 struct {
	TokenLifetime TokenLifetime `key:"token_lifetime"`
}

// TokenLifetime is the age at which tokens end.
type TokenLifetime struct {
	AccessToken  Duration `key:"access_token" default:"1 day" check:"min=1000" doc:"Time an access token is accepted after it was issued."`
	RefreshToken Duration `key:"refresh_token" default:"4 weeks" check:"min=1000" doc:"Time a sign-in can be renewed after the last renewal."`
}

// Webadmin is what the administration pages may do.
type Webadmin struct {
	Configuration struct {
		Edition struct {
			Allowed bool `key:"allowed" default:"true" doc:"Administrators may change settings from the web."`
		} `key:"edition"`
	} `key:"configuration"`
}

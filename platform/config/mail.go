package config

// SMTP is how mail leaves the site. Without a host name (or the sendmail transport) the site sends none.
type SMTP struct {
	Transport       string `key:"transport" default:"smtp" check:"oneof=smtp|sendmail" doc:"Way mail leaves: smtp, or the machine's sendmail program."`
	Sendmail        string `key:"sendmail" null:"yes" doc:"Path of the sendmail program."`
	Hostname        string `key:"hostname" null:"yes" check:"host" doc:"Mail server; without one the site sends no mail, and what needs mail is off."`
	Port            int    `key:"port" default:"465" check:"port min=1" doc:"Port of the mail server."`
	Username        string `key:"username" null:"yes" doc:"User name at the mail server."`
	Password        string `key:"password" null:"yes" secret:"yes" doc:"Password at the mail server."`
	TLS             bool   `key:"tls" default:"true" doc:"Encrypt from the first byte, as port 465 expects."`
	DisableSTARTTLS bool   `key:"disable_starttls" default:"false" doc:"Stay unencrypted even when the mail server offers encryption."`
	CAFile          string `key:"ca_file" null:"yes" doc:"Certificate authority of a mail server with its own certificate."`
	FromAddress     string `key:"from_address" default:"admin@example.com" check:"email nonempty" doc:"Sender of the site's mail."`
}

// CanSend says whether mail can leave the site at all.
func (s SMTP) CanSend() bool { return s.Transport == "sendmail" || s.Hostname != "" }

// Email is the text around every mail.
type Email struct {
	Body struct {
		Signature string `key:"signature" doc:"Lines put at the end of every mail."`
	} `key:"body"`
	Subject struct {
		Prefix string `key:"prefix" default:"[{{instanceName}}] " doc:"Words put before every subject; {{instanceName}} becomes the site's name."`
	} `key:"subject"`
}

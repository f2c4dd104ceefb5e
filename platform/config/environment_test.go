package config

import (
	"reflect"
	"strings"
	"testing"
)

func TestEnvironmentNames(t *testing.T) {
	t.Parallel()
	tests := []struct {
		variable string
		got      func(*Config) any
		want     any
	}{
		{"LUCARNE_LISTEN_PORT=9500", func(c *Config) any { return c.Listen.Port }, 9500},
		{"LUCARNE_TRANSCODING_RESOLUTIONS_720P=false", func(c *Config) any { return c.Transcoding.Resolutions.P720 }, false},
		{"LUCARNE_OAUTH2_TOKEN_LIFETIME_ACCESS_TOKEN=1 hour", func(c *Config) any { return c.OAuth2.TokenLifetime.AccessToken.String() }, "1 hour"},
		{"LUCARNE_DATA=/d", func(c *Config) any { return c.Storage.Tmp }, "/d/tmp"},
		{"LUCARNE_UPLOAD_MAX_BYTES=2GB", func(c *Config) any { return c.Lucarne.Upload.MaxBytes }, Bytes(2 << 30)},
		{"LUCARNE_SCHEDULE_SCHEDULED_PUBLICATION=100", func(c *Config) any { return c.Lucarne.Schedule.ScheduledPublication.String() }, "100 milliseconds"},
		{"LUCARNE_ALLOW_INSECURE_HOSTS=1", func(c *Config) any { return c.Lucarne.AllowInsecureHosts }, true},
		{"LUCARNE_INITIAL_ROOT_PASSWORD=secret", func(c *Config) any { return c.Lucarne.InitialRootPassword }, "secret"},
		{"PT_INITIAL_ROOT_PASSWORD=0123", func(c *Config) any { return c.Lucarne.InitialRootPassword }, "0123"},
		{"PEERTUBE_WEBSERVER_HOSTNAME=tube.example", func(c *Config) any { return c.Webserver.Hostname }, "tube.example"},
		{"PEERTUBE_WEBSERVER_HTTPS=true", func(c *Config) any { return c.Webserver.HTTPS }, true},
		{"PEERTUBE_DB_HOSTNAME=db", func(c *Config) any { return c.Database.IsPostgres() }, true},
		{"PEERTUBE_DB_SUFFIX=_x", func(c *Config) any { return c.Database.Suffix }, "_x"},
		{"PEERTUBE_DB_SSL=true", func(c *Config) any { return c.Database.SSL }, true},
		{"PEERTUBE_SECRET=abc", func(c *Config) any { return c.Secrets.PeerTube }, "abc"},
		{"PEERTUBE_SMTP_HOSTNAME=mail", func(c *Config) any { return c.SMTP.Hostname }, "mail"},
		{"PEERTUBE_SMTP_FROM=a@b.example", func(c *Config) any { return c.SMTP.FromAddress }, "a@b.example"},
		{"PEERTUBE_ADMIN_EMAIL=a@b.example", func(c *Config) any { return c.Admin.Email }, "a@b.example"},
		{`PEERTUBE_TRUST_PROXY=["127.0.0.1", "loopback"]`, func(c *Config) any { return strings.Join(c.TrustProxy, " ") }, "127.0.0.1 loopback"},
		{"PEERTUBE_SIGNUP_ENABLED=yes", func(c *Config) any { return c.Signup.Enabled }, true},
		{"PEERTUBE_TRANSCODING_ENABLED=false", func(c *Config) any { return c.Transcoding.Enabled }, false},
		{"PEERTUBE_CONTACT_FORM_ENABLED=off", func(c *Config) any { return c.ContactForm.Enabled }, false},
		{"PEERTUBE_LOG_LEVEL=debug", func(c *Config) any { return c.Log.Level }, "debug"},
		{"PEERTUBE_OBJECT_STORAGE_CREDENTIALS_ACCESS_KEY_ID=k", func(c *Config) any { return c.ObjectStorage.Credentials.AccessKeyID }, "k"},
		{"AWS_ACCESS_KEY_ID=k", func(c *Config) any { return c.ObjectStorage.Credentials.AccessKeyID }, "k"},
		{"PEERTUBE_INSTANCE_CATEGORIES=1, 2", func(c *Config) any { return len(c.Instance.Categories) }, 2},
		{"PEERTUBE_OBJECT_STORAGE_UPLOAD_ACL_PUBLIC=null", func(c *Config) any { return c.ObjectStorage.UploadACL.Public }, ""},
	}
	for _, tt := range tests {
		t.Run(tt.variable, func(t *testing.T) {
			t.Parallel()
			live := open(t, Sources{Environ: []string{tt.variable}})
			if got := tt.got(live.Current()); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
			if warnings := live.Warnings(); len(warnings) != 0 {
				t.Errorf("unexpected warnings %v", warnings)
			}
		})
	}
}

func TestOurNameWinsOverPeerTubes(t *testing.T) {
	t.Parallel()
	c := open(t, Sources{Environ: []string{"PEERTUBE_DB_NAME=c", "PEERTUBE_DATABASE_NAME=b", "LUCARNE_DATABASE_NAME=a"}}).Current()
	if c.Database.Name != "a" {
		t.Errorf("got %s, want a", c.Database.Name)
	}
}

func TestWrongVariablesAreErrors(t *testing.T) {
	t.Parallel()
	_, err := Open(Sources{Environ: []string{"LUCARNE_LISTEN_PORT=x", "PEERTUBE_TRUST_PROXY=[broken", "LUCARNE_DATABASE_URL=mysql://me:hunter2@h/d"}})
	want := `the configuration cannot be used:
  LUCARNE_LISTEN_PORT: listen.port must be a whole number, not "x"
  PEERTUBE_TRUST_PROXY: trust_proxy must be a list, not "[broken"
  LUCARNE_DATABASE_URL: database.url must be an address that starts with postgres:// or postgresql://`
	if err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
}

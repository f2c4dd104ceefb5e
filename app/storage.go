package app

import (
	"lucarne/platform/blob"
	"lucarne/platform/clock"
	"lucarne/platform/config"
	"lucarne/platform/mail"
)

// directories gives each kind of file its folder.
func directories(s config.Storage) map[blob.Kind]string {
	return map[blob.Kind]string{
		blob.Temporary: s.Tmp, blob.TemporaryKept: s.TmpPersistent, blob.Programs: s.Bin, blob.Avatars: s.Avatars,
		blob.WebVideos: s.WebVideos, blob.StreamingPlaylists: s.StreamingPlaylists, blob.OriginalVideoFiles: s.OriginalVideoFiles,
		blob.Redundancy: s.Redundancy, blob.Logs: s.Logs, blob.Previews: s.Previews, blob.Thumbnails: s.Thumbnails,
		blob.Storyboards: s.Storyboards, blob.Torrents: s.Torrents, blob.Captions: s.Captions, blob.Cache: s.Cache,
		blob.Plugins: s.Plugins, blob.WellKnown: s.WellKnown, blob.Uploads: s.Uploads, blob.ClientOverrides: s.ClientOverrides,
	}
}

// buckets gives the kinds that can live in object storage their place there.
func buckets(cfg *config.Config) map[blob.Kind]blob.Bucket {
	o := cfg.ObjectStorage
	place := func(b config.Bucket) blob.Bucket {
		return blob.Bucket{Name: b.BucketName, Prefix: b.Prefix, BaseURL: b.BaseURL}
	}
	return map[blob.Kind]blob.Bucket{
		blob.StreamingPlaylists: place(o.StreamingPlaylists.Bucket),
		blob.WebVideos:          place(o.WebVideos),
		blob.OriginalVideoFiles: place(o.OriginalVideoFiles),
		blob.Captions:           place(o.Captions),
		blob.UserExports:        place(o.UserExports),
	}
}

func s3Options(cfg *config.Config) *blob.S3Options {
	o := cfg.ObjectStorage
	return &blob.S3Options{
		Endpoint: o.Endpoint, Region: o.Region, ForcePathStyle: o.ForcePathStyle,
		AccessKeyID: o.Credentials.AccessKeyID, SecretAccessKey: o.Credentials.SecretAccessKey,
		PublicACL: o.UploadACL.Public, PrivateACL: o.UploadACL.Private,
		MaxUploadPart: int64(o.MaxUploadPart), MaxAttempts: o.MaxRequestAttempts,
	}
}

func openBlobs(cfg *config.Config) (*blob.Set, error) {
	options := blob.SetOptions{Directories: directories(cfg.Storage)}
	if cfg.ObjectStorage.Enabled {
		options.S3, options.Buckets = s3Options(cfg), buckets(cfg)
	}
	return blob.NewSet(options)
}

// newMail makes the sender of the settings. settings may be nil where only the connection matters.
func newMail(cfg *config.Config, settings *config.Live) (mail.Sender, error) {
	style := func() mail.Style { return mail.Style{} }
	if settings != nil {
		style = func() mail.Style {
			now := settings.Current()
			return mail.Style{InstanceName: now.Instance.Name, SubjectPrefix: now.Email.Subject.Prefix, Signature: now.Email.Body.Signature}
		}
	}
	s := cfg.SMTP
	return mail.New(mail.Options{
		Folder: cfg.Lucarne.MailFolder, Transport: mail.Transport(s.Transport), Sendmail: s.Sendmail, Hostname: s.Hostname, Port: s.Port,
		Username: s.Username, Password: s.Password, TLS: s.TLS, DisableSTARTTLS: s.DisableSTARTTLS, CAFile: s.CAFile,
		FromAddress: s.FromAddress, Style: style, Clock: clock.System{},
	})
}

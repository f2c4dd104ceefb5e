package api

import (
	"lucarne/account/instance"
	"lucarne/platform/job"
	"lucarne/platform/logbook"
)

// Instance is what the API says and changes of the instance as a whole. What is nil leaves its routes out.
type Instance struct {
	Configuration    Configuration // needs InstancePictures and Homepage
	InstancePictures *instance.Pictures
	Homepage         *instance.Homepage
	Contact          *instance.Contact
	Mail             instance.Mailbox // for test mails
	Statistics       Statistics
	Jobs             *job.Queue
	Tasks            Tasks
	// Commands gives the commands of administrators (process-video-viewers) the names of the tasks they run.
	Commands map[string]string
	Log      *logbook.Book // the last lines of the log
	AuditLog *logbook.Book // who changed what
	// AcceptsClientLog says whether browsers may write into the log.
	AcceptsClientLog func() bool
	// MaxImageBytes bounds pictures, nil means 8 MiB; TemporaryFolder keeps uploads until they are stored.
	MaxImageBytes   func() int64
	TemporaryFolder string
}

// maxImage bounds pictures.
func (i Instance) maxImage() int64 {
	if i.MaxImageBytes == nil {
		return defaultMaxImage
	}
	return i.MaxImageBytes()
}

const defaultMaxImage = 8 << 20

// maxImageForm bounds a form with one picture.
func (i Instance) maxImageForm() int64 { return i.maxImage() + formOverhead }

func (a *API) instanceRoutes() []route {
	var all []route
	for _, table := range [][]route{
		a.configRoutes(), a.instanceImageRoutes(), a.customPageRoutes(), a.contactRoutes(), a.clientConfigRoutes(), a.pluginRoutes(),
		a.jobRoutes(), a.statsRoutes(), a.debugRoutes(), a.logRoutes(),
	} {
		all = append(all, table...)
	}
	return all
}

package app

import (
	"context"
	"sync"

	"lucarne/http/api"
	"lucarne/platform/config"
	"lucarne/platform/setting"
	"lucarne/video/upload"
)

// peertubeVersion is the version of PeerTube whose API and federation this is: clients adapt themselves to it.
const peertubeVersion = "8.2.0"

// signupGate says who may register.
type signupGate interface {
	// SignupOpen reports whether anybody may register now, and whether somebody at the address may.
	SignupOpen(ctx context.Context, ip string) (isOpen, isOpenForAddress bool, err error)
}

// configuration is the settings in force, as the API and the pages show and change them.
type configuration struct {
	live     *config.Live
	stored   *setting.Settings
	signup   signupGate
	uploads  func() upload.Settings
	changing sync.Mutex // what is stored last is what is in force
}

// Custom is what administrators may change.
func (c *configuration) Custom() map[string]any { return c.live.Current().Custom() }

// Change checks a form, keeps it and puts it into force.
func (c *configuration) Change(ctx context.Context, form []byte) error {
	c.changing.Lock()
	defer c.changing.Unlock()
	overlay, err := c.live.Edit(form)
	if err != nil {
		return err
	}
	if err := c.stored.Put(ctx, overlayName, string(overlay)); err != nil {
		return err
	}
	return c.live.Apply(overlay)
}

// Reset takes all changes back.
func (c *configuration) Reset(ctx context.Context) error {
	c.changing.Lock()
	defer c.changing.Unlock()
	if err := c.stored.Delete(ctx, overlayName); err != nil {
		return err
	}
	return c.live.Apply(nil)
}

// pageConfiguration is what the pages of administrators show of it.
type pageConfiguration struct{ *configuration }

// Custom is what administrators may change and what makes a difference on this site.
func (c pageConfiguration) Custom() map[string]any { return c.live.Current().Offered() }

// Fixed are the settings that environment or command line set.
func (c pageConfiguration) Fixed() map[string]string { return c.live.Fixed() }

// About is what the instance says of itself at length.
func (c *configuration) About() api.InstanceAbout {
	i := c.live.Current().Instance
	return api.InstanceAbout{
		Name: i.Name, ShortDescription: i.ShortDescription, Description: i.Description, Terms: i.Terms, CodeOfConduct: i.CodeOfConduct,
		HardwareInformation: i.HardwareInformation, CreationReason: i.CreationReason, ModerationInformation: i.ModerationInformation,
		Administrator: i.Administrator, MaintenanceLifetime: i.MaintenanceLifetime, BusinessModel: i.BusinessModel, ServerCountry: i.ServerCountry,
		Support: api.SupportText{Text: i.Support.Text}, Social: socialOf(i), Languages: orEmpty(i.Languages), Categories: orEmpty(i.Categories),
	}
}

// Public is what everybody may know.
func (c *configuration) Public(ctx context.Context, ip string) (api.ServerConfig, error) {
	cfg := c.live.Current()
	view := api.ServerConfig{ServerVersion: peertubeVersion, ServerCommit: commit()}
	view.Software.Name, view.Software.Version = "lucarne", version
	viewClient(&view, cfg)
	viewInstance(&view, cfg)
	viewMedia(&view, cfg)
	viewLimits(&view, cfg, c.uploads().Extensions())
	viewNetwork(&view, cfg)
	isOpen, isOpenForAddress, err := c.signup.SignupOpen(ctx, ip)
	view.Signup = api.SignupConfig{
		Allowed: isOpen, AllowedForCurrentIP: isOpenForAddress, MinimumAge: cfg.Signup.MinimumAge, RequiresApproval: cfg.Signup.RequiresApproval,
		RequiresEmailVerification: cfg.Signup.RequiresEmailVerification,
	}
	return view, err
}

// nodeConfig is what NodeInfo tells of the settings.
func (c *configuration) nodeConfig() any {
	cfg := c.live.Current()
	var view api.ServerConfig
	viewInstance(&view, cfg)
	viewMedia(&view, cfg)
	viewLimits(&view, cfg, c.uploads().Extensions())
	viewNetwork(&view, cfg)
	return view.ForNodeInfo()
}

// orEmpty is an empty list for none, so that clients never meet null.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

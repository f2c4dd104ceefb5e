package api

import (
	"context"
	"net/http"

	"lucarne/account"
	"lucarne/account/instance"
	"lucarne/platform/fault"
)

// InstancePictures are the pictures of the instance, as its descriptions hold them.
type InstancePictures struct {
	Avatars []actorImageJSON `json:"avatars"`
	Banners []actorImageJSON `json:"banners"`
	Logo    []InstanceLogo   `json:"logo"`
}

// InstanceLogo is a picture for one place of the site.
type InstanceLogo struct {
	Type       string `json:"type"`
	Width      int    `json:"width"`
	Height     int    `json:"height"`
	FileURL    string `json:"fileUrl"`
	IsFallback bool   `json:"isFallback"`
}

// logosPath is the folder logos are served from.
const logosPath = "/lazy-static/uploads/"

// imageKind is a kind of picture that has routes of its own.
type imageKind struct {
	kind  instance.PictureKind
	field string // of the form
}

// formOverhead is what a multipart form needs beside its file.
const formOverhead = 64 << 10

func (a *API) instanceImageRoutes() []route {
	if a.InstancePictures == nil {
		return nil
	}
	change := func(method, pattern, operation string, do func(http.ResponseWriter, *request) error) route {
		return route{
			method: method, pattern: "/config/" + pattern, operation: operation, access: privileged, right: account.ManageConfiguration,
			maxBody: a.maxImageForm(), do: do,
		}
	}
	avatar, banner := imageKind{instance.Avatar, "avatarfile"}, imageKind{instance.Banner, "bannerfile"}
	return []route{
		change("POST", "instance-avatar/pick", "", a.pick(avatar)),
		change("DELETE", "instance-avatar", "", a.unpick(avatar)),
		change("POST", "instance-banner/pick", "", a.pick(banner)),
		change("DELETE", "instance-banner", "", a.unpick(banner)),
		change("POST", "instance-logo/{logoType}/pick", "", a.pickLogo),
		change("DELETE", "instance-logo/{logoType}", "", a.unpickLogo),
	}
}

func (a *API) pick(k imageKind) func(http.ResponseWriter, *request) error {
	return func(w http.ResponseWriter, r *request) error {
		_, files, done, err := r.multipart(a.TemporaryFolder, parts{k.field: a.maxImage()})
		if err != nil {
			return err
		}
		defer done()
		sent := files[k.field]
		if sent == nil {
			return fault.InvalidParam(k.field, nil, "This file is required")
		}
		file, err := sent.open()
		if err != nil {
			return err
		}
		defer file.Close()
		if err := a.InstancePictures.Replace(r.Context(), k.kind, file); err != nil {
			return err
		}
		return noContent(w)
	}
}

func (a *API) unpick(k imageKind) func(http.ResponseWriter, *request) error {
	return func(w http.ResponseWriter, r *request) error {
		if err := a.InstancePictures.Remove(r.Context(), k.kind); err != nil {
			return err
		}
		return noContent(w)
	}
}

func (a *API) pickLogo(w http.ResponseWriter, r *request) error {
	kind, err := r.logo()
	if err != nil {
		return err
	}
	return a.pick(imageKind{kind, "logofile"})(w, r)
}

func (a *API) unpickLogo(w http.ResponseWriter, r *request) error {
	kind, err := r.logo()
	if err != nil {
		return err
	}
	return a.unpick(imageKind{kind: kind})(w, r)
}

func (r *request) logo() (instance.PictureKind, error) {
	kind, err := instance.ParseLogo(r.PathValue("logoType"))
	if err != nil {
		return "", r.badPath("logoType", invalidValue)
	}
	return kind, nil
}

// depict fills in the pictures administrators chose.
func (a *API) depict(ctx context.Context, p *InstancePictures) error {
	avatars, err := a.InstancePictures.List(ctx, instance.Avatar)
	if err != nil {
		return err
	}
	banners, err := a.InstancePictures.List(ctx, instance.Banner)
	if err != nil {
		return err
	}
	p.Avatars, p.Banners = a.images(avatars, avatarPath), a.images(banners, bannerPath)
	p.Logo, err = a.instanceLogos(ctx)
	return err
}

func (a *API) instanceLogos(ctx context.Context) ([]InstanceLogo, error) {
	list := []InstanceLogo{}
	for _, kind := range instance.Logos() {
		images, err := a.InstancePictures.List(ctx, kind)
		if err != nil {
			return nil, err
		}
		for _, image := range images {
			list = append(list, InstanceLogo{Type: string(kind), Width: image.Width, Height: image.Height, FileURL: a.Site.Origin + logosPath + image.Filename})
		}
	}
	return list, nil
}

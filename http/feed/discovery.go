package feed

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"lucarne/account"
	"lucarne/platform/fault"
)

const nodeinfoSchema = "http://nodeinfo.diaspora.software/ns/schema/2.0"

// applicationName is the actor that stands for the instance.
const applicationName = "peertube"

type link struct {
	Rel      string `json:"rel"`
	Type     string `json:"type,omitempty"`
	Href     string `json:"href,omitempty"`
	Template string `json:"template,omitempty"`
}

func (f *Feeds) writeDiscovery(w http.ResponseWriter, r *http.Request, contentType string, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return write(w, r, f.o.Settings().Ages.Discovery, contentType, body)
}

// nodeinfoLinks says where NodeInfo is (NodeInfo protocol), and who the instance's actor is (FEP-2677).
func (f *Feeds) nodeinfoLinks(w http.ResponseWriter, r *http.Request) error {
	return f.writeDiscovery(w, r, jsonType, map[string][]link{"links": {
		{Rel: nodeinfoSchema, Href: f.o.Site.Origin + "/nodeinfo/2.0.json"},
		{Rel: "https://www.w3.org/ns/activitystreams#Application", Href: f.o.Site.ActorURL(account.ApplicationActor, applicationName)},
	}})
}

type nodeinfoDocument struct {
	Version  string `json:"version"`
	Software struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	} `json:"software"`
	Protocols []string `json:"protocols"`
	Services  struct {
		Inbound  []string `json:"inbound"`
		Outbound []string `json:"outbound"`
	} `json:"services"`
	OpenRegistrations bool          `json:"openRegistrations"`
	Usage             nodeinfoUsage `json:"usage"`
	Metadata          nodeinfoMeta  `json:"metadata"`
}

type nodeinfoUsage struct {
	Users struct {
		Total          int `json:"total"`
		ActiveMonth    int `json:"activeMonth"`
		ActiveHalfyear int `json:"activeHalfyear"`
	} `json:"users"`
	LocalPosts    int `json:"localPosts"`
	LocalComments int `json:"localComments"`
}

type nodeinfoMeta struct {
	Taxonomy struct {
		PostsName string `json:"postsName"`
	} `json:"taxonomy"`
	NodeName        string `json:"nodeName"`
	NodeDescription string `json:"nodeDescription"`
	NodeConfig      any    `json:"nodeConfig"`
}

// nodeinfo says what runs here and how much it is used. The software is named peertube, since that is what other servers choose their
// dialect by.
func (f *Feeds) nodeinfo(w http.ResponseWriter, r *http.Request) error {
	if r.PathValue("file") != "2.0.json" {
		return fault.New(fault.NotFound, "Nodeinfo schema version not handled")
	}
	usage, err := f.o.Usage(r.Context())
	if err != nil {
		return err
	}
	settings := f.o.Settings()
	d := nodeinfoDocument{Version: "2.0", Protocols: []string{"activitypub"}, OpenRegistrations: settings.SignupOpen}
	d.Software.Name, d.Software.Version = "peertube", f.o.Version
	d.Services.Inbound, d.Services.Outbound = []string{}, []string{"atom1.0", "rss2.0"}
	d.Usage.Users.Total, d.Usage.Users.ActiveMonth, d.Usage.Users.ActiveHalfyear = usage.Users, usage.ActiveMonth, usage.ActiveHalfyear
	d.Usage.LocalPosts, d.Usage.LocalComments = usage.Videos, usage.Comments
	d.Metadata.Taxonomy.PostsName = "Videos"
	d.Metadata.NodeName, d.Metadata.NodeDescription, d.Metadata.NodeConfig = settings.Name, settings.ShortDescription, settings.NodeConfig()
	return f.writeDiscovery(w, r, `application/json; charset=utf-8; profile="`+nodeinfoSchema+`#"`, d)
}

type webfingerDocument struct {
	Subject string   `json:"subject"`
	Aliases []string `json:"aliases"`
	Links   []link   `json:"links"`
}

// webfinger says who acct:name@host is (RFC 7033): an account, a channel or the instance itself.
func (f *Feeds) webfinger(w http.ResponseWriter, r *http.Request) error {
	q, err := queryOf(r)
	if err != nil {
		return err
	}
	name, isOurs := f.localName(q.text("resource"))
	if !isOurs {
		q.refuse("resource", "Invalid value")
	}
	if err := q.err(); err != nil {
		return err
	}
	actor, err := f.actorNamed(r, name)
	if err != nil {
		return err
	}
	return f.writeDiscovery(w, r, jsonType, webfingerDocument{
		Subject: "acct:" + actor.Username + "@" + f.o.Site.Host, Aliases: []string{actor.URL},
		Links: []link{
			{Rel: "self", Type: "application/activity+json", Href: actor.URL},
			{Rel: "http://ostatus.org/schema/1.0/subscribe", Template: f.o.Site.Origin + "/remote-interaction?uri={uri}"},
		},
	})
}

// localName reads the name out of acct:name@ourhost, or out of the address of one of our actors, as RFC 7033 §4.5 lets clients ask.
func (f *Feeds) localName(resource string) (string, bool) {
	if handle, isAccount := strings.CutPrefix(resource, "acct:"); isAccount {
		name, host, hasHost := strings.Cut(strings.TrimPrefix(handle, "@"), "@")
		return name, hasHost && strings.EqualFold(host, f.o.Site.Host) && name != ""
	}
	for _, folder := range []string{"/accounts/", "/video-channels/", "/@"} {
		if name, found := strings.CutPrefix(resource, f.o.Site.Origin+folder); found && name != "" && !strings.ContainsAny(name, "/?#") {
			return name, true
		}
	}
	return "", false
}

func (f *Feeds) actorNamed(r *http.Request, name string) (account.Actor, error) {
	if strings.Contains(name, "@") {
		return account.Actor{}, fault.New(fault.NotFound, "Actor not found")
	}
	someone, err := f.o.Accounts.ByHandle(r.Context(), name)
	if err == nil {
		return someone.Actor, nil
	}
	if !fault.Is(err, fault.NotFound) {
		return account.Actor{}, err
	}
	place, err := f.o.Channels.ByHandle(r.Context(), name)
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.NotFound, "Actor not found")
	}
	return place.Actor, err
}

// hostMeta says where WebFinger is (RFC 6415).
func (f *Feeds) hostMeta(w http.ResponseWriter, r *http.Request) error {
	type hostLink struct {
		Rel      string `xml:"rel,attr"`
		Type     string `xml:"type,attr"`
		Template string `xml:"template,attr"`
	}
	body, err := encodeXML(struct {
		XMLName   string   `xml:"XRD"`
		Namespace string   `xml:"xmlns,attr"`
		Link      hostLink `xml:"Link"`
	}{
		Namespace: "http://docs.oasis-open.org/ns/xri/xrd-1.0",
		Link:      hostLink{"lrdd", "application/xrd+xml", f.o.Site.Origin + "/.well-known/webfinger?resource={uri}"},
	})
	if err != nil {
		return err
	}
	return write(w, r, f.o.Settings().Ages.Discovery, xmlType, body)
}

// redirect leads from a handle to the actor's own address, here or elsewhere.
func (f *Feeds) redirect(w http.ResponseWriter, r *http.Request) error {
	kind, handle, _ := strings.Cut(r.PathValue("rest"), "/")
	actor, err := f.actorOf(r, kind, handle)
	if err != nil {
		return err
	}
	if target, err := url.Parse(actor.URL); err != nil || (target.Scheme != "https" && target.Scheme != "http") {
		return fault.New(fault.NotFound, "This actor has no address")
	}
	w.Header().Set("Cache-Control", "no-cache")
	http.Redirect(w, r, actor.URL, http.StatusFound)
	return nil
}

func (f *Feeds) actorOf(r *http.Request, kind, handle string) (account.Actor, error) {
	switch kind {
	case "accounts":
		found, err := f.o.Accounts.ByHandle(r.Context(), handle)
		return found.Actor, err
	case "video-channels":
		found, err := f.o.Channels.ByHandle(r.Context(), handle)
		return found.Actor, err
	}
	return account.Actor{}, fault.New(fault.NotFound, "Nothing is redirected from here")
}

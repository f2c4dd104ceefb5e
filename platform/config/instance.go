package config

// Instance is what the site says about itself.
type Instance struct {
	Name                  string   `key:"name" default:"Lucarne" check:"maxlen=120" doc:"Name of the site."`
	ShortDescription      string   `key:"short_description" default:"A small window on what we film" check:"maxlen=250" doc:"The site in one sentence."`
	Description           string   `key:"description" default:"Welcome." check:"maxlen=10000" doc:"The site in a page (Markdown)."`
	Terms                 string   `key:"terms" default:"No terms for now." check:"maxlen=50000" doc:"Terms of use (Markdown)."`
	CodeOfConduct         string   `key:"code_of_conduct" check:"maxlen=50000" doc:"Code of conduct (Markdown)."`
	ModerationInformation string   `key:"moderation_information" check:"maxlen=50000" doc:"How the site is moderated (Markdown)."`
	CreationReason        string   `key:"creation_reason" check:"maxlen=10000" doc:"Why the site was made (Markdown)."`
	Administrator         string   `key:"administrator" check:"maxlen=10000" doc:"Who runs the site (Markdown)."`
	MaintenanceLifetime   string   `key:"maintenance_lifetime" check:"maxlen=10000" doc:"How long the site is meant to stay (Markdown)."`
	BusinessModel         string   `key:"business_model" check:"maxlen=10000" doc:"How the site is paid for (Markdown)."`
	HardwareInformation   string   `key:"hardware_information" check:"maxlen=10000" doc:"What machine the site runs on (Markdown)."`
	DefaultLanguage       string   `key:"default_language" default:"en" check:"nonempty maxlen=16" doc:"Language of mails and messages when the reader's is not known."`
	Languages             []string `key:"languages" null:"yes" check:"maxlen=16" doc:"Codes of the languages spoken here."`
	Categories            []int    `key:"categories" null:"yes" check:"min=1" doc:"Numbers of the main categories."`
	DefaultClientRoute    string   `key:"default_client_route" default:"/videos/browse" check:"path" doc:"Page the site's root leads to; with the default it shows the home page."`
	IsNSFW                bool     `key:"is_nsfw" use:"told" default:"false" edit:"isNSFW" doc:"The whole site is for sensitive content."`
	DefaultNSFWPolicy     string   `key:"default_nsfw_policy" default:"do_not_list" check:"oneof=do_not_list|blur|warn|display" edit:"defaultNSFWPolicy" doc:"What visitors see of sensitive videos: do_not_list, blur, warn or display."`
	ServerCountry         string   `key:"server_country" use:"told" check:"maxlen=120" doc:"Country whose law applies."`
	Support               struct {
		Text string `key:"text" check:"maxlen=10000" doc:"How to support the site (Markdown)."`
	} `key:"support"`
	Social struct {
		ExternalLink string `key:"external_link" check:"url=http|https" doc:"Your main site."`
		MastodonLink string `key:"mastodon_link" check:"url=http|https" doc:"Your Mastodon account."`
		BlueskyLink  string `key:"bluesky_link" check:"url=http|https" doc:"Your Bluesky account."`
		XLink        string `key:"x_link" check:"url=http|https" doc:"Your X account."`
	} `key:"social" use:"told"`
	Customizations struct {
		JavaScript string `key:"javascript" check:"maxlen=500000" doc:"Script added to every page."`
		CSS        string `key:"css" check:"maxlen=500000" doc:"Style added to every page."`
	} `key:"customizations" use:"told"`
	Robots      string `key:"robots" default:"User-agent: *\nDisallow:\n" check:"maxlen=100000" edit:"-" doc:"Content of /robots.txt."`
	SecurityTxt string `key:"securitytxt" check:"maxlen=100000" edit:"-" doc:"Content of /.well-known/security.txt (RFC 9116); empty means there is none."`
}

// Services is other people's services the pages name.
type Services struct {
	Twitter struct {
		Username string `key:"username" check:"maxlen=120" doc:"Account named in the cards other sites show for our pages."`
	} `key:"twitter"`
}

// BroadcastMessage is a banner on every page.
type BroadcastMessage struct {
	Enabled     bool   `key:"enabled" default:"false" doc:"Show a banner on every page."`
	Message     string `key:"message" check:"maxlen=10000" doc:"Text of the banner (Markdown)."`
	Level       string `key:"level" default:"info" check:"oneof=info|warning|error" doc:"How serious the banner looks: info, warning or error."`
	Dismissable bool   `key:"dismissable" default:"false" doc:"Visitors can close the banner."`
}

// Theme is the look of the site.
type Theme struct {
	Default       string             `key:"default" default:"default" check:"nonempty" doc:"Theme of visitors who chose none."`
	Customization ThemeCustomization `key:"customization" use:"told"`
}

// ThemeCustomization overrides single values of the theme; empty leaves the theme's own.
type ThemeCustomization struct {
	PrimaryColor             string `key:"primary_color" null:"yes" check:"css" doc:"Accent."`
	OnPrimaryColor           string `key:"on_primary_color" null:"yes" check:"css" doc:"Text on the accent."`
	ForegroundColor          string `key:"foreground_color" null:"yes" check:"css" doc:"Text."`
	BackgroundColor          string `key:"background_color" null:"yes" check:"css" doc:"Background."`
	BackgroundSecondaryColor string `key:"background_secondary_color" null:"yes" check:"css" doc:"Background of boxes."`
	MenuForegroundColor      string `key:"menu_foreground_color" null:"yes" check:"css" doc:"Text of the menu."`
	MenuBackgroundColor      string `key:"menu_background_color" null:"yes" check:"css" doc:"Background of the menu."`
	MenuBorderRadius         string `key:"menu_border_radius" null:"yes" check:"css" doc:"Roundness of the menu's corners."`
	HeaderBackgroundColor    string `key:"header_background_color" null:"yes" check:"css" doc:"Background of the header."`
	HeaderForegroundColor    string `key:"header_foreground_color" null:"yes" check:"css" doc:"Text of the header."`
	InputBorderRadius        string `key:"input_border_radius" null:"yes" check:"css" doc:"Roundness of the fields' corners."`
}

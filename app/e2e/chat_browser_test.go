package e2e_test

import (
	"testing"

	"lucarne/app/apptest"
)

// Two browsers and a program in a terminal: they talk, a moderator takes something back, and a reload shows what is left.
func TestChatInBrowsers(t *testing.T) {
	needsAssets(t)
	home, browser := chatSite(t), apptest.StartBrowser(t)
	r := newRoom(t, home)
	terminal := r.visitor(t, "Terminal")
	nadia, teo := browser.Open(t, home, true), browser.Open(t, home, true)
	nadia.SignIn("root", apptest.RootPassword)
	for _, page := range []*apptest.Page{nadia, teo} {
		page.Go("/chat/" + r.UUID)
	}
	writes(nadia, "Hello from the owner")
	teo.Await(browserWithin, `document.querySelector("#chat-nickname")`)
	teo.Eval(`void (document.querySelector("#chat-nickname").value = "")`, nil)
	teo.Fill("#chat-nickname", "Teo")
	teo.Click(".chat-gate button.is-primary")
	writes(teo, "Hello from Teo")
	terminal.hears("Hello from the owner")
	said := terminal.hears("Hello from Teo")
	terminal.says("Hello from a terminal")
	pages := []*apptest.Page{nadia, teo}
	for _, page := range pages {
		displays(page, "Hello from the owner", true)
		displays(page, "Hello from Teo", true)
		displays(page, "Hello from a terminal", true)
	}
	r.owner(t).moderates("m1", said)
	for _, page := range pages {
		displays(page, "Hello from Teo", false)
		page.Go("/chat/" + r.UUID)
		displays(page, "Hello from a terminal", true)
		displays(page, "Hello from Teo", false)
		noErrors(t, page)
	}
}

func TestChatWithoutScripts(t *testing.T) {
	needsAssets(t)
	home, browser := chatSite(t), apptest.StartBrowser(t)
	r := newRoom(t, home)
	terminal := r.visitor(t, "Terminal")
	terminal.says("Hello from a terminal")
	terminal.hears("Hello from a terminal")
	root, passer := browser.Open(t, home, false), browser.Open(t, home, false)
	passer.Go("/chat/" + r.UUID)
	displays(passer, "Hello from a terminal", true)
	root.SignIn("root", apptest.RootPassword)
	root.Go("/chat/" + r.UUID)
	displays(root, "Hello from a terminal", true)
	root.Fill(`.chat-plain textarea[name="body"]`, "Hello without a script")
	root.Submit(`.chat-plain form button.is-primary`)
	displays(root, "Hello without a script", true)
	terminal.hears("Hello without a script")
}

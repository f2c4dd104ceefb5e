package apptest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Browser is a real Chromium without a window.
type Browser struct{ ctx context.Context }

// Page is a tab with cookies of its own.
type Page struct {
	t      testing.TB
	ctx    context.Context
	origin string

	mu     sync.Mutex
	thrown []string
}

// browserNames are what Chromium is called; CHROMIUM in the environment wins.
var browserNames = []string{"chromium", "chromium-browser", "google-chrome"}

func browserPath(t testing.TB) string {
	t.Helper()
	if path := os.Getenv("CHROMIUM"); path != "" {
		return path
	}
	for _, name := range browserNames {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if testing.Short() {
		t.Skip("Chromium is not installed: make test installs it")
	}
	t.Fatal("Chromium is not installed: make test installs it")
	return ""
}

// StartBrowser runs Chromium until the test ends.
func StartBrowser(t testing.TB) *Browser {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(browserPath(t)), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("disable-quic", true), chromedp.NoFirstRun,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("autoplay-policy", "no-user-gesture-required"), chromedp.Flag("mute-audio", true),
		// A camera that shows a test picture, a microphone that beeps, a screen that is chosen at once.
		chromedp.Flag("use-fake-device-for-media-stream", true), chromedp.Flag("use-fake-ui-for-media-stream", true),
		chromedp.Flag("allow-loopback-in-peer-connection", true), chromedp.UserDataDir(t.TempDir()),
		chromedp.WindowSize(1280, 900),
	)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx) // waits until Chromium is gone
		cancel()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start Chromium: %v", err)
	}
	return &Browser{ctx}
}

// pageWithin bounds what one tab does in all.
const pageWithin = 4 * time.Minute

// Open makes a tab; without scripts, only what the server sends works.
func (b *Browser) Open(t testing.TB, s *Server, withScripts bool) *Page {
	t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, pageWithin)
	t.Cleanup(cancel)
	p := &Page{t: t, ctx: ctx, origin: s.Origin}
	p.do("open a tab", chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, page.SetBypassCSP, page.SetBypassCSPParams{Enabled: true})
		_, errScripts := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !withScripts})
		return errors.Join(err, errScripts)
	}))
	if err := chromedp.Listen(ctx, p.note); err != nil {
		t.Fatalf("listen to a tab: %v", err)
	}
	return p
}

// note keeps what scripts threw. It is called from elsewhere than the test.
func (p *Page) note(event any) {
	thrown, isThrown := event.(*runtime.EventExceptionThrown)
	if !isThrown {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.thrown = append(p.thrown, (&chromedp.ExceptionError{ExceptionDetails: thrown.ExceptionDetails}).Error())
}

func (p *Page) do(what string, actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, actions...); err != nil {
		p.t.Fatalf("%s: %v", what, err)
	}
}

// Go visits a path of the site and waits until it is loaded.
func (p *Page) Go(path string) {
	p.t.Helper()
	p.do("go to "+path, chromedp.Navigate(p.origin+path))
}

// Look is how a page is seen.
type Look struct {
	Width  int64
	IsDark bool // the device asks for dark colours
}

// String is "360 px, dark".
func (l Look) String() string {
	if l.IsDark {
		return fmt.Sprintf("%d px, dark", l.Width)
	}
	return fmt.Sprintf("%d px, light", l.Width)
}

// SetLook shows this page and those to come so. Nothing moves: colours are at once what they become.
func (p *Page) SetLook(look Look) {
	p.t.Helper()
	scheme := "light"
	if look.IsDark {
		scheme = "dark"
	}
	p.do("look at "+look.String(), chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		size := emulation.SetDeviceMetricsOverrideParams{Width: look.Width, Height: 900, DeviceScaleFactor: 1}
		_, err := chromedp.Call(ctx, emulation.SetDeviceMetricsOverride, size)
		features := []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}
		_, errScheme := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features})
		return errors.Join(err, errScheme)
	}))
}

// SetLanguage asks for pages in a language from now on.
func (p *Page) SetLanguage(code string) {
	p.t.Helper()
	p.do("read "+code, chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, network.Enable, network.EnableParams{})
		headers := network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Accept-Language": code}}
		_, errHeaders := chromedp.Call(ctx, network.SetExtraHTTPHeaders, headers)
		return errors.Join(err, errHeaders)
	}))
}

// Fill types into a field.
func (p *Page) Fill(selector, text string) {
	p.t.Helper()
	p.do("fill "+selector, chromedp.SendKeys(chromedp.CSS(selector), text, chromedp.NodeVisible))
}

// Click presses what is there and visible.
func (p *Page) Click(selector string) {
	p.t.Helper()
	p.do("click "+selector, chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
}

// Submit sends a form and waits for the next page.
func (p *Page) Submit(button string) {
	p.t.Helper()
	if _, err := chromedp.RunResponse(p.ctx, chromedp.Click(chromedp.CSS(button), chromedp.NodeVisible)); err != nil {
		p.t.Fatalf("submit with %s: %v", button, err)
	}
}

// Choose gives a file to a field.
func (p *Page) Choose(selector, path string) {
	p.t.Helper()
	p.do("choose a file in "+selector, chromedp.SetUploadFiles(chromedp.CSS(selector), []string{path}, chromedp.NodeReady))
}

// Eval runs a script in the page, whether or not the page may run its own, and reads its value.
func (p *Page) Eval(script string, into any) {
	p.t.Helper()
	raw, err := chromedp.Run(p.ctx, chromedp.Evaluate[json.RawMessage](script, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("%.200s: %v", script, err)
	}
	if into == nil {
		return
	}
	if err := json.Unmarshal(raw, into); err != nil {
		p.t.Fatalf("%.200s gives %.200s: %v", script, raw, err)
	}
}

// Await waits until a condition in the page's language holds.
func (p *Page) Await(within time.Duration, condition string) {
	p.t.Helper()
	Await(p.t, within, condition, func() (holds bool) {
		p.Eval("Boolean("+condition+")", &holds)
		return holds
	})
}

// Errors are what scripts of the page threw so far.
func (p *Page) Errors() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.thrown)
}

// SignIn signs in through the page.
func (p *Page) SignIn(name, password string) {
	p.t.Helper()
	p.Go("/login")
	p.Fill(`input[name="login"]`, name)
	p.Fill(`input[name="password"]`, password)
	p.Submit(`main form[action="/login"] button[type="submit"]`)
}

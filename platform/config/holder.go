package config

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"
)

// Live holds the configuration in force. Changes of administrators replace it whole, without a restart: whoever asks
// Current for each piece of work sees them, and Subscribe tells those who must act.
type Live struct {
	current atomic.Pointer[Config]

	mu          sync.Mutex // guards what follows, and orders the changes
	file        found
	environment []setting
	flags       []setting
	startup     []Problem // warnings of file and environment
	base        *Config   // defaults and file alone
	overlay     found
	origins     map[string]Origin
	subscribers []*subscriber
}

type subscriber struct{ notify func(old, now *Config) }

// Open reads the sources. The error lists everything wrong in them at once and is a Problems, unless the file cannot be read.
func Open(sources Sources) (*Live, error) {
	file, err := readFile(sources.File)
	if err != nil {
		return nil, err
	}
	environment, unknown := readEnvironment(sources.Environ)
	flags, problems := readFlags(sources.Flags)
	l := &Live{file: file, environment: environment, flags: flags, startup: append(file.warnings, unknown...)}
	l.borrowCredentials(environmentValues(sources.Environ))
	problems = append(file.problems, problems...)
	b, err := l.build()
	if more, ok := errors.AsType[Problems](err); ok {
		problems = append(problems, more...)
	}
	if len(problems) > 0 {
		return nil, problems
	}
	// Only a stronger source may make the file whole, so the base may be incomplete and is not checked.
	base, _ := assemble(file.settings)
	base.config.expandPaths()
	l.base, l.origins = base.config, b.origins
	l.current.Store(b.config)
	return l, nil
}

// borrowCredentials takes the object storage key from the variables every S3 client knows, below all other sources.
func (l *Live) borrowCredentials(environ map[string]string) {
	var borrowed []setting
	for key, name := range map[string]string{
		"object_storage.credentials.access_key_id":     "AWS_ACCESS_KEY_ID",
		"object_storage.credentials.secret_access_key": "AWS_SECRET_ACCESS_KEY",
	} {
		if text := environ[name]; text != "" {
			borrowed = append(borrowed, setting{leaf: table().byKey[key], value: value{text: text, isText: true}, from: Origin{Source: name}})
		}
	}
	l.file.settings = append(borrowed, l.file.settings...)
}

func (l *Live) build() (built, error) {
	return build(l.file.settings, l.overlay.settings, l.environment, l.flags)
}

// Current is the configuration in force: a snapshot nobody changes. It is safe for concurrent use and costs nothing.
func (l *Live) Current() *Config { return l.current.Load() }

// Apply replaces the changes of administrators by the stored ones; an empty overlay takes them all back. Subscribers are
// told before Apply returns. After an error nothing has changed.
func (l *Live) Apply(overlay []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	next, err := readOverlay(overlay)
	if err != nil {
		return err
	}
	if len(next.problems) > 0 {
		return next.problems
	}
	before := l.overlay
	l.overlay = next
	b, err := l.build()
	if err != nil {
		l.overlay = before
		return err
	}
	old := l.current.Swap(b.config)
	l.origins = b.origins
	for _, s := range slices.Clone(l.subscribers) {
		s.notify(old, b.config)
	}
	return nil
}

// Subscribe calls notify after each change, one change at a time. notify must be quick and may call nothing of Live but
// Current. The returned function ends the subscription.
func (l *Live) Subscribe(notify func(old, now *Config)) (cancel func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := &subscriber{notify}
	l.subscribers = append(l.subscribers, s)
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.subscribers = slices.DeleteFunc(l.subscribers, func(other *subscriber) bool { return other == s })
	}
}

// Warnings is what the sources say that has no effect: unknown keys, with the closest known one.
func (l *Live) Warnings() []Problem {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Concat(l.startup, l.overlay.warnings)
}

// Origin is where the value of a key came from; the zero Origin is the default.
func (l *Live) Origin(key string) Origin {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.origins[key]
}

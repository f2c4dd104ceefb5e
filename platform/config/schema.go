package config

import (
	"fmt"
	"reflect"
	"strings"
	"sync"
	"unicode"
)

// leaf is one key that holds a value: the tags of its field and of the sections it stands in.
type leaf struct {
	key      string // "signup.limit"
	custom   string // its name in the web administration, "signup.limit"; empty when it cannot be changed there
	index    []int  // the field's place in Config, for reflect.Value.FieldByIndex
	typ      reflect.Type
	fallback string // the default, as text
	checks   []string
	doc      string
	env      []string // names of the environment variables that set it, the strongest first
	nullable bool
	secret   bool
	use      string // why it has no effect of its own: "kept", "later" or "told"; empty when it has
}

// in is the leaf's field of a configuration.
func (l *leaf) in(c *Config) reflect.Value { return reflect.ValueOf(c).Elem().FieldByIndex(l.index) }

// schema is the table of all leaves, by each of the names they are found by.
type schema struct {
	leaves         []*leaf
	byKey          map[string]*leaf
	byCustom       map[string]*leaf
	byEnv          map[string]*leaf
	sections       map[string]bool // "signup", "signup.filters"
	names          map[string]bool // sections and leaves, for suggestions
	customSections map[string]bool
}

var table = sync.OnceValue(newSchema)

func newSchema() *schema {
	s := &schema{
		byKey: map[string]*leaf{}, byCustom: map[string]*leaf{}, byEnv: map[string]*leaf{},
		sections: map[string]bool{}, names: map[string]bool{}, customSections: map[string]bool{},
	}
	s.walk(reflect.TypeFor[Config](), section{})
	return s
}

// section is what the keys below it inherit.
type section struct {
	key, custom, doc string
	index            []int
	edit             bool
	use              string
	defaults         map[string]string
}

func (s *schema) walk(t reflect.Type, within section) {
	for i := range t.NumField() {
		field := t.Field(i)
		if field.Anonymous {
			within := within
			within.index = append(append([]int{}, within.index...), i)
			s.walk(field.Type, within)
			continue
		}
		below := within.enter(field, i)
		s.names[below.key] = true
		if field.Type.Kind() != reflect.Struct {
			s.add(newLeaf(field, below, within))
			continue
		}
		s.sections[below.key] = true
		s.walk(field.Type, below)
	}
}

// enter makes the section a field stands for; of a leaf it is the leaf's own names and inherited properties.
func (w section) enter(field reflect.StructField, i int) section {
	key, edit := field.Tag.Get("key"), field.Tag.Get("edit")
	if key == "" {
		panic("config: field without a key: " + field.Name)
	}
	name := camelCase(key)
	if edit != "" && edit != "yes" && edit != "-" {
		name = edit
	}
	below := section{
		key: join(w.key, key), custom: join(w.custom, name), doc: joinDoc(w.doc, field.Tag.Get("doc")),
		index: append(append([]int{}, w.index...), i),
		edit:  edit != "-" && (w.edit || edit != ""),
		use:   orElse(field.Tag.Get("use"), w.use),
	}
	below.defaults = parseDefaults(field.Tag.Get("set"))
	return below
}

func newLeaf(field reflect.StructField, own, within section) *leaf {
	l := &leaf{
		key: own.key, index: own.index, typ: field.Type, doc: own.doc, use: own.use,
		fallback: field.Tag.Get("default"), checks: strings.Fields(field.Tag.Get("check")),
		nullable: field.Tag.Get("null") == "yes", secret: field.Tag.Get("secret") == "yes",
	}
	if fallback, ok := within.defaults[field.Tag.Get("key")]; ok {
		l.fallback = fallback
	}
	if own.edit {
		l.custom = own.custom
	}
	l.env = environmentNames(l.key)
	return l
}

func (s *schema) add(l *leaf) {
	s.leaves = append(s.leaves, l)
	claim(s.byKey, l.key, l)
	for _, name := range l.env {
		claim(s.byEnv, name, l)
	}
	if l.custom == "" {
		return
	}
	claim(s.byCustom, l.custom, l)
	for path := parent(l.custom); path != ""; path = parent(path) {
		s.customSections[path] = true
	}
}

func claim(names map[string]*leaf, name string, l *leaf) {
	if other, taken := names[name]; taken {
		panic(fmt.Sprintf("config: %s stands for %s and for %s", name, other.key, l.key))
	}
	names[name] = l
}

func parseDefaults(text string) map[string]string {
	defaults := map[string]string{}
	for pair := range strings.SplitSeq(text, "|") {
		if key, value, ok := strings.Cut(pair, "="); ok {
			defaults[key] = value
		}
	}
	return defaults
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func parent(path string) string { return path[:max(strings.LastIndexByte(path, '.'), 0)] }

// joinDoc puts a section's sentence before a key's: "Sign-in" and "length …" give "Sign-in: length …".
func joinDoc(section, own string) string {
	if section == "" || own == "" {
		return section + own
	}
	return section + ": " + strings.ToLower(own[:1]) + own[1:]
}

func camelCase(key string) string {
	var b strings.Builder
	upper := false
	for _, r := range key {
		if r == '_' {
			upper = true
			continue
		}
		if upper {
			r = unicode.ToUpper(r)
		}
		b.WriteRune(r)
		upper = false
	}
	return b.String()
}

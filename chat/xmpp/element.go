package xmpp

import "strings"

// Name is a name in a namespace. The prefix it was written with means nothing and is not kept.
type Name struct {
	Space, Local string
}

// Attr is an attribute; one without a prefix has no namespace.
type Attr struct {
	Name  Name
	Value string
}

// Node is an element or, where Element is nil, a text.
type Node struct {
	Element *Element
	Text    string
}

// Element is an element with what stands in it. An element that was read is never changed: copy it first.
type Element struct {
	Name  Name
	Attrs []Attr
	Nodes []Node
}

// NewElement makes an element with these children.
func NewElement(space, local string, children ...*Element) *Element {
	e := &Element{Name: Name{space, local}}
	return e.Add(children...)
}

// NewText makes an element that holds a text.
func NewText(space, local, text string) *Element {
	return NewElement(space, local).AddText(text)
}

// Is says whether the element has this name.
func (e *Element) Is(space, local string) bool {
	return e != nil && e.Name.Local == local && e.Name.Space == space
}

// Attr is the value of an attribute without namespace, "" where there is none.
func (e *Element) Attr(local string) string {
	value, _ := e.FindAttr("", local)
	return value
}

// FindAttr is the value of an attribute and whether it is there. Like all that reads, it takes a nil element for an empty one.
func (e *Element) FindAttr(space, local string) (value string, found bool) {
	if e == nil {
		return "", false
	}
	for i := range e.Attrs {
		if e.Attrs[i].Name.Local == local && e.Attrs[i].Name.Space == space {
			return e.Attrs[i].Value, true
		}
	}
	return "", false
}

// Set writes an attribute without namespace; an empty value removes it. It returns the element.
func (e *Element) Set(local, value string) *Element {
	for i := range e.Attrs {
		if e.Attrs[i].Name != (Name{"", local}) {
			continue
		}
		if value == "" {
			e.Attrs = append(e.Attrs[:i:i], e.Attrs[i+1:]...)
			return e
		}
		e.Attrs[i].Value = value
		return e
	}
	if value != "" {
		e.Attrs = append(e.Attrs, Attr{Name{"", local}, value})
	}
	return e
}

// SetLang says in which language the texts inside are.
func (e *Element) SetLang(lang string) *Element {
	if lang != "" {
		e.Attrs = append(e.Attrs, Attr{Name{NSXML, "lang"}, lang})
	}
	return e
}

// Lang is the language the element names, "" for none.
func (e *Element) Lang() string {
	lang, _ := e.FindAttr(NSXML, "lang")
	return lang
}

// Add appends children, leaving out nil ones, and returns the element.
func (e *Element) Add(children ...*Element) *Element {
	for _, child := range children {
		if child != nil {
			e.Nodes = append(e.Nodes, Node{Element: child})
		}
	}
	return e
}

// AddText appends a text and returns the element.
func (e *Element) AddText(text string) *Element {
	if text != "" {
		e.Nodes = append(e.Nodes, Node{Text: text})
	}
	return e
}

// Child is the first child of this name, or nil.
func (e *Element) Child(space, local string) *Element {
	if e == nil {
		return nil
	}
	for i := range e.Nodes {
		if e.Nodes[i].Element.Is(space, local) {
			return e.Nodes[i].Element
		}
	}
	return nil
}

// Children lists the child elements.
func (e *Element) Children() []*Element {
	if e == nil {
		return nil
	}
	var list []*Element
	for i := range e.Nodes {
		if e.Nodes[i].Element != nil {
			list = append(list, e.Nodes[i].Element)
		}
	}
	return list
}

// First is the first child element, or nil.
func (e *Element) First() *Element {
	for i := range e.Nodes {
		if e.Nodes[i].Element != nil {
			return e.Nodes[i].Element
		}
	}
	return nil
}

// Remove takes out every child of this name, as is needed where nobody but the server may say something.
func (e *Element) Remove(space, local string) {
	kept := make([]Node, 0, len(e.Nodes))
	for _, node := range e.Nodes {
		if !node.Element.Is(space, local) {
			kept = append(kept, node)
		}
	}
	e.Nodes = kept
}

// Text is the text that stands directly in the element.
func (e *Element) Text() string {
	if e == nil {
		return ""
	}
	if len(e.Nodes) == 1 {
		return e.Nodes[0].Text
	}
	var b strings.Builder
	for i := range e.Nodes {
		b.WriteString(e.Nodes[i].Text)
	}
	return b.String()
}

// ChildText is the text of the first child of this name, "" where there is none.
func (e *Element) ChildText(space, local string) string { return e.Child(space, local).Text() }

// Copy is the element with lists of its own: its attributes and children can be set without touching the original. The children are shared.
func (e *Element) Copy() *Element {
	return &Element{Name: e.Name, Attrs: append([]Attr(nil), e.Attrs...), Nodes: append([]Node(nil), e.Nodes...)}
}

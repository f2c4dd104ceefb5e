package markdown

import (
	"fmt"
	"net/url"
	"regexp"
	"strconv"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// ours are times and hashtags, at the beginning of a text or after something that is no letter, digit or sign of an address.
var ours = regexp.MustCompile(`(?:^|[^\pL\pN:/&#.@=\\-])((?:(\d{1,3}):)?(\d{1,3}):([0-5]\d)|#([\pL\pN_]*\pL[\pL\pN_]*))`)

// maxTagBytes is the length above which a hashtag is none.
const maxTagBytes = 200

// inlines are the parts of a parsed text that are links or may become some.
type inlines struct {
	texts  []*ast.Text
	images []*ast.Image
	links  []*ast.Link
	bare   []*ast.AutoLink
}

func inlinesOf(document ast.Node) inlines {
	var found inlines
	_ = ast.Walk(document, func(node ast.Node, isEntering bool) (ast.WalkStatus, error) {
		if !isEntering {
			return ast.WalkContinue, nil
		}
		switch n := node.(type) {
		case *ast.Text:
			found.texts = append(found.texts, n)
		case *ast.Image:
			found.images = append(found.images, n)
		case *ast.Link:
			found.links = append(found.links, n)
		case *ast.AutoLink:
			found.bare = append(found.bare, n)
		case *ast.CodeSpan:
			return ast.WalkSkipChildren, nil
		}
		return ast.WalkContinue, nil
	})
	return found
}

// transform makes the links of a parsed text safe and adds ours.
func (l Links) transform(document ast.Node, input []byte) {
	found := inlinesOf(document) // gathered first: a tree must not change while it is walked
	for _, image := range found.images {
		found.links = append(found.links, linkTo(image))
	}
	for _, link := range found.links {
		leadOut(link)
	}
	for _, address := range found.bare {
		leadOutBare(address, input)
	}
	for _, t := range found.texts {
		l.split(t, input)
	}
}

// linkTo puts a link where an image is: loading it would tell a stranger who reads the page.
func linkTo(image *ast.Image) *ast.Link {
	link := ast.NewLink()
	link.Destination = image.Destination
	moveChildren(link, image)
	image.Parent().ReplaceChild(image.Parent(), image, link)
	return link
}

// leadOut marks a link as leading elsewhere. One that leads nowhere, within our site or stands in another is taken out, its
// text stays: addresses of ours mean nothing on the other platforms that show the text, and might do something here.
func leadOut(link *ast.Link) {
	if isOutward(string(link.Destination)) && !isLinked(link.Parent()) {
		link.Title = nil
		link.SetAttributeString("rel", []byte(rel))
		return
	}
	parent := link.Parent()
	for child := link.FirstChild(); child != nil; child = link.FirstChild() {
		parent.InsertBefore(parent, link, child)
	}
	parent.RemoveChild(parent, link)
}

// leadOutBare does the same for an address that stands in the text.
func leadOutBare(address *ast.AutoLink, input []byte) {
	if address.AutoLinkType == ast.AutoLinkEmail || isOutward(string(address.URL(input))) {
		address.SetAttributeString("rel", []byte(rel))
		return
	}
	label := ast.NewString(address.Label(input))
	label.SetRaw(true) // escaped, but no references resolved
	address.Parent().ReplaceChild(address.Parent(), address, label)
}

func isOutward(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	isWeb := (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
	return isWeb || u.Scheme == "mailto" && u.Opaque != ""
}

func moveChildren(to, from ast.Node) {
	for child := from.FirstChild(); child != nil; child = from.FirstChild() {
		to.AppendChild(to, child)
	}
}

// split replaces a text by pieces of it, with links around those that name a time or a tag.
func (l Links) split(t *ast.Text, input []byte) {
	if t.Parent() == nil || isLinked(t) {
		return
	}
	join(t, input)
	value, start, at := t.Value(input), t.Segment.Start, 0
	for _, m := range ours.FindAllSubmatchIndex(value, -1) {
		address, class := l.address(value, m)
		if address == "" {
			continue
		}
		insert(t, textOf(start+at, start+m[2]))
		insert(t, anchor(address, class, textOf(start+m[2], start+m[3])))
		at = m[3]
	}
	t.Segment = t.Segment.WithStart(start + at)
}

// join takes in the texts that follow without a gap: the parser cuts at every sign that might have been markup.
func join(t *ast.Text, input []byte) {
	for {
		next, isText := t.NextSibling().(*ast.Text)
		if !isText || t.Segment.IsEmpty() || !t.Merge(next, input) {
			return
		}
		next.Parent().RemoveChild(next.Parent(), next)
	}
}

func isLinked(node ast.Node) bool {
	for ; node != nil; node = node.Parent() {
		if node.Kind() == ast.KindLink {
			return true
		}
	}
	return false
}

// address is where a match leads, "" when it leads nowhere.
func (l Links) address(value []byte, m []int) (address, class string) {
	if isTag := m[10] >= 0; isTag {
		tag := string(value[m[10]:m[11]])
		if l.Hashtag == "" || len(tag) > maxTagBytes {
			return "", ""
		}
		return l.Hashtag + url.QueryEscape(tag), "hashtag"
	}
	hours, minutes, seconds := number(value, m[4:6]), number(value, m[6:8]), number(value, m[8:10])
	if l.Watch == "" || isContinued(value[m[3]:]) || (m[4] >= 0 && minutes > 59) {
		return "", ""
	}
	return fmt.Sprintf("%s?start=%ds", l.Watch, (hours*60+minutes)*60+seconds), "timecode"
}

// isContinued reports whether digits that look like a time are the beginning of something longer: 12:30:75, 1:23pm.
func isContinued(rest []byte) bool {
	return len(rest) > 1 && rest[0] == ':' && isDigit(rest[1]) || len(rest) > 0 && (isDigit(rest[0]) || isLetter(rest[0]))
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isLetter(c byte) bool { return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') }

// number reads the few digits of a group, 0 when the group took no part.
func number(value []byte, group []int) int {
	if group[0] < 0 {
		return 0
	}
	n, _ := strconv.Atoi(string(value[group[0]:group[1]]))
	return n
}

func textOf(start, end int) *ast.Text { return ast.NewTextSegment(text.NewSegment(start, end)) }

func anchor(address, class string, label *ast.Text) *ast.Link {
	link := ast.NewLink()
	link.Destination = []byte(address)
	link.SetAttributeString("class", []byte(class))
	link.AppendChild(link, label)
	return link
}

func insert(before *ast.Text, node ast.Node) {
	before.Parent().InsertBefore(before.Parent(), before, node)
}

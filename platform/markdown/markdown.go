// Package markdown shows what people write: descriptions and support texts, as HTML that is safe to put in a page, as
// plain text for feeds and search engines, and shortened for lists.
package markdown

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// MaxBytes is how much of a text is shown; the rest is cut. The longest text the API takes has 10,000 characters.
const MaxBytes = 40 << 10

// rel is what every link to elsewhere says: no access to our window, no address told, no recommendation made.
const rel = "noopener noreferrer nofollow ugc"

// HTML renders a text as safe HTML: emphasis, strikethrough, lists, quotes, code and links; line breaks as written. HTML
// in the text is shown as text, images become links.
func HTML(source string) string { return Links{}.HTML(source) }

// Links are the pages of ours that a text leads to. An empty field makes no such links.
type Links struct {
	Watch   string // page of the video; times in the text become links to it, `?start=83s`
	Hashtag string // address to which a tag is appended, escaped: "/search?tagsOneOf="
}

// HTML renders a text as the function HTML does, with times and hashtags as links.
func (l Links) HTML(source string) string {
	input := []byte(tamed(source))
	document := markdown.Parser().Parse(text.NewReader(input))
	l.transform(document, input)
	var out bytes.Buffer
	if err := markdown.Renderer().Render(&out, input, document); err != nil {
		return "" // a buffer takes everything: only a node without renderer gets here, and there is none
	}
	return policy.SanitizeReader(&out).String()
}

// markdown knows no headings, HTML, indented code or link references: a description is no document.
var markdown = goldmark.New(
	goldmark.WithParser(parser.NewParser(
		parser.WithBlockParsers(
			util.Prioritized(parser.NewThematicBreakParser(), 200),
			util.Prioritized(parser.NewListParser(), 300),
			util.Prioritized(parser.NewListItemParser(), 400),
			util.Prioritized(parser.NewFencedCodeBlockParser(), 700),
			util.Prioritized(parser.NewBlockquoteParser(), 800),
			util.Prioritized(parser.NewParagraphParser(), 1000),
		),
		parser.WithInlineParsers(
			util.Prioritized(parser.NewCodeSpanParser(), 100),
			util.Prioritized(parser.NewLinkParser(), 200),
			util.Prioritized(parser.NewAutoLinkParser(), 300),
			util.Prioritized(parser.NewEmphasisParser(), 500),
		),
	)),
	goldmark.WithExtensions(
		extension.Strikethrough,
		extension.NewLinkify(extension.WithLinkifyAllowedProtocols([]string{"http:", "https:"})),
	),
	goldmark.WithRendererOptions(html.WithHardWraps(), html.WithXHTML()),
)

// policy is the second wall: whatever the renderer writes, only this gets out.
var policy = newPolicy()

func newPolicy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "hr", "strong", "em", "del", "ul", "li", "blockquote", "pre", "code")
	p.AllowAttrs("start").Matching(regexp.MustCompile(`^\d{1,9}$`)).OnElements("ol")
	p.AllowElements("ol")
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("rel").Matching(regexp.MustCompile("^" + rel + "$")).OnElements("a")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^(?:timecode|hashtag)$`)).OnElements("a")
	p.AllowURLSchemes("http", "https", "mailto")
	p.AllowRelativeURLs(true)
	p.RequireParseableURLs(true)
	return p
}

// Plain is the text without markup, on one line: for feeds, previews and meta elements.
func Plain(source string) string {
	input := []byte(tamed(source))
	var out strings.Builder
	document := markdown.Parser().Parse(text.NewReader(input))
	_ = ast.Walk(document, func(node ast.Node, isEntering bool) (ast.WalkStatus, error) {
		if isEntering {
			writePlain(&out, node, input)
		}
		return ast.WalkContinue, nil
	})
	return strings.Join(strings.Fields(out.String()), " ")
}

func writePlain(out *strings.Builder, node ast.Node, input []byte) {
	switch n := node.(type) {
	case *ast.Text:
		out.Write(unescaped(n, input))
		if n.SoftLineBreak() || n.HardLineBreak() {
			out.WriteByte(' ')
		}
	case *ast.AutoLink:
		out.Write(n.Label(input))
	case *ast.FencedCodeBlock:
		out.WriteByte(' ')
		out.Write(n.Lines().Value(input))
	default:
		if node.Type() == ast.TypeBlock {
			out.WriteByte(' ')
		}
	}
}

// unescaped resolves backslashes and character references, save in code.
func unescaped(n *ast.Text, input []byte) []byte {
	value := n.Value(input)
	if _, isCode := n.Parent().(*ast.CodeSpan); isCode || n.IsRaw() {
		return value
	}
	return util.UnescapePunctuations(util.ResolveEntityNames(util.ResolveNumericReferences(value)))
}

package markdown

import (
	"fmt"
	"strings"

	"golang.org/x/net/html"
)

// allowed are the attributes each element may have.
var allowed = map[string]string{
	"p": "", "br": "", "hr": "", "strong": "", "em": "", "del": "", "ul": "", "ol": "start", "li": "", "blockquote": "", "pre": "", "code": "", "a": "href rel class",
}

// unsafeIn reads HTML as a browser does and names the first thing that should not be there.
func unsafeIn(fragment string) string {
	tokens := html.NewTokenizer(strings.NewReader(fragment))
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			return ""
		case html.CommentToken, html.DoctypeToken:
			return "a comment"
		case html.StartTagToken, html.SelfClosingTagToken:
			if problem := unsafeTag(tokens.Token()); problem != "" {
				return problem
			}
		}
	}
}

func unsafeTag(tag html.Token) string {
	attributes, isKnown := allowed[tag.Data]
	if !isKnown {
		return "element " + tag.Data
	}
	for _, a := range tag.Attr {
		if !strings.Contains(" "+attributes+" ", " "+a.Key+" ") {
			return fmt.Sprintf("attribute %s of %s", a.Key, tag.Data)
		}
		if a.Key == "href" && !isExpected(a.Val) {
			return "link to " + a.Val
		}
	}
	return ""
}

func isExpected(address string) bool {
	for _, start := range []string{"http://", "https://", "mailto:", "/w/a?start=", "/search?tagsOneOf=", "/s="} {
		if strings.HasPrefix(strings.ToLower(address), strings.ToLower(start)) {
			return true
		}
	}
	return false
}

package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

const (
	maxDocumentBytes = 4 << 20
	maxDocumentDepth = 32
	maxDocumentNodes = 50_000 // stops YAML aliases that multiply
)

var errTooLarge = errors.New("is too large or too deeply nested to be a configuration")

// node is one value of a document, with its line. Objects keep their members in order.
type node struct {
	line     int
	scalar   value
	list     []*node
	members  []member
	isList   bool
	isObject bool
}

type member struct {
	name string
	line int
	node *node
}

// plain is the value as encoding/json would have it, with json.Number for numbers.
func (n *node) plain() any {
	switch {
	case n.isObject:
		object := make(map[string]any, len(n.members))
		for _, m := range n.members {
			object[m.name] = m.node.plain()
		}
		return object
	case n.isList:
		list := make([]any, len(n.list))
		for i, element := range n.list {
			list[i] = element.plain()
		}
		return list
	}
	return n.scalar.any
}

// value is what a setting takes from the node.
func (n *node) value() value {
	if n.isObject || n.isList {
		return value{any: n.plain()}
	}
	return n.scalar
}

// readDocument reads YAML, or JSON when the name or the first character says so. An empty document is an empty object.
func readDocument(name string, text []byte) (*node, error) {
	if len(text) > maxDocumentBytes {
		return nil, errTooLarge
	}
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	isJSON := strings.EqualFold(filepath.Ext(name), ".json") || bytes.HasPrefix(bytes.TrimSpace(text), []byte("{"))
	if isJSON {
		return readJSON(text)
	}
	return readYAML(text)
}

func readYAML(text []byte) (*node, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return nil, fmt.Errorf("is not valid YAML: %s", strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if document.Kind == 0 {
		return &node{isObject: true}, nil
	}
	reader := yamlReader{}
	return reader.read(&document, 0)
}

type yamlReader struct{ nodes int }

func (r *yamlReader) read(y *yaml.Node, depth int) (*node, error) {
	if r.nodes++; r.nodes > maxDocumentNodes || depth > maxDocumentDepth {
		return nil, errTooLarge
	}
	switch y.Kind {
	case yaml.DocumentNode:
		return r.read(y.Content[0], depth)
	case yaml.AliasNode:
		return r.read(y.Alias, depth+1)
	case yaml.MappingNode:
		return r.readMapping(y, depth)
	case yaml.SequenceNode:
		n := &node{line: y.Line, isList: true}
		for _, element := range y.Content {
			child, err := r.read(element, depth+1)
			if err != nil {
				return nil, err
			}
			n.list = append(n.list, child)
		}
		return n, nil
	}
	return &node{line: y.Line, scalar: yamlScalar(y)}, nil
}

func (r *yamlReader) readMapping(y *yaml.Node, depth int) (*node, error) {
	n := &node{line: y.Line, isObject: true}
	for i := 0; i+1 < len(y.Content); i += 2 {
		child, err := r.read(y.Content[i+1], depth+1)
		if err != nil {
			return nil, err
		}
		n.members = append(n.members, member{name: y.Content[i].Value, line: y.Content[i].Line, node: child})
	}
	return n, nil
}

// yamlScalar keeps the text as written beside the value, because a password such as 0123 is no number.
func yamlScalar(y *yaml.Node) value {
	v := value{any: y.Value, text: y.Value}
	switch y.ShortTag() {
	case "!!null":
		return value{}
	case "!!bool":
		v.any = strings.EqualFold(y.Value, "true")
	case "!!int":
		var number int64
		if y.Decode(&number) == nil {
			v.any = json.Number(strconv.FormatInt(number, 10))
		}
	case "!!float":
		var number float64
		if y.Decode(&number) == nil {
			v.any = json.Number(strconv.FormatFloat(number, 'f', -1, 64))
		}
	}
	return v
}

func readJSON(text []byte) (*node, error) {
	reader := jsonReader{text: text, decoder: json.NewDecoder(bytes.NewReader(text)), line: 1}
	reader.decoder.UseNumber()
	root, err := reader.read(0)
	if err == nil {
		if _, extra := reader.decoder.Token(); extra != io.EOF {
			err = errors.New("text after the end")
		}
	}
	switch {
	case errors.Is(err, errTooLarge):
		return nil, err
	case err == io.EOF:
		return nil, errors.New("is not valid JSON: it is empty")
	case err != nil:
		return nil, fmt.Errorf("is not valid JSON: line %d: %w", reader.here(), err)
	}
	return root, nil
}

type jsonReader struct {
	text    []byte
	decoder *json.Decoder
	line    int
	counted int64 // bytes whose newlines are in line
	nodes   int
}

// here is the line the decoder has come to.
func (r *jsonReader) here() int {
	offset := min(r.decoder.InputOffset(), int64(len(r.text)))
	r.line += bytes.Count(r.text[r.counted:offset], []byte("\n"))
	r.counted = offset
	return r.line
}

func (r *jsonReader) read(depth int) (*node, error) {
	if r.nodes++; r.nodes > maxDocumentNodes || depth > maxDocumentDepth {
		return nil, errTooLarge
	}
	token, err := r.decoder.Token()
	if err != nil {
		return nil, err
	}
	n := &node{line: r.here()}
	switch token {
	case json.Delim('{'):
		n.isObject = true
		return n, r.readMembers(n, depth)
	case json.Delim('['):
		n.isList = true
		return n, r.readElements(n, depth)
	}
	n.scalar = value{any: token}
	return n, nil
}

func (r *jsonReader) readMembers(n *node, depth int) error {
	for r.decoder.More() {
		name, err := r.decoder.Token()
		if err != nil {
			return err
		}
		line := r.here()
		child, err := r.read(depth + 1)
		if err != nil {
			return err
		}
		n.members = append(n.members, member{name: name.(string), line: line, node: child})
	}
	_, err := r.decoder.Token()
	return err
}

func (r *jsonReader) readElements(n *node, depth int) error {
	for r.decoder.More() {
		child, err := r.read(depth + 1)
		if err != nil {
			return err
		}
		n.list = append(n.list, child)
	}
	_, err := r.decoder.Token()
	return err
}

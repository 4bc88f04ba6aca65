package config

import (
	"bytes"
	"encoding"
	"errors"
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/cut"
)

// maxDepth is how deep lists and mappings may lie in each other.
const maxDepth = 50

// maxShown is how many characters of a value a message holds.
const maxShown = 100

// checkText refuses what is no UTF-8 text.
func checkText(name string, data []byte) error {
	say := "save it as UTF-8 without a byte order mark"
	switch {
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}) || bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		return results.Bad(fmt.Errorf("%s:1: the encoding is UTF-16", name), say)
	case bytes.HasPrefix(data, []byte("\ufeff")):
		return results.Bad(fmt.Errorf("%s:1: the file begins with a byte order mark", name), say)
	}
	for i, line := range bytes.Split(data, []byte("\n")) {
		if !utf8.Valid(line) || bytes.IndexByte(line, 0) >= 0 {
			return results.Bad(fmt.Errorf("%s:%d: no UTF-8 text", name, i+1), say)
		}
	}
	return nil
}

// parse reads the one document that a file may hold. Its body is nil where it holds
// nothing.
func parse(name string, data []byte) (ast.Node, error) {
	if err := checkText(name, data); err != nil {
		return nil, err
	}
	tokens := lexer.Tokenize(string(data))
	if err := checkTokens(name, tokens, 0); err != nil {
		return nil, err
	}
	file, err := parser.Parse(tokens, 0)
	if err != nil {
		return nil, worded(name, err)
	}
	var body ast.Node
	for i, doc := range file.Docs {
		switch {
		case doc.Body == nil:
		case i > 0 && (body != nil || i > 1):
			return nil, results.Bad(fmt.Errorf("%s:%d: more than one document", name, doc.Body.GetToken().Position.Line), "take out the line --- and what follows it")
		default:
			body = doc.Body
		}
	}
	return body, nil
}

// givenAliases is how many aliases a file of an earlier version may have. Even if each
// repeats others, the file grows to less than 40 times its size.
const givenAliases = 10

// checkTokens refuses parts of YAML that no file here needs, and nesting and repetition
// that would use up memory.
func checkTokens(name string, tokens token.Tokens, mostAliases int) error {
	depth, line, dashes, aliases := 0, 0, 0, 0
	for _, t := range tokens {
		if t.Position.Line != line {
			line, dashes = t.Position.Line, 0
		}
		what := ""
		switch t.Type {
		case token.AnchorType, token.AliasType, token.MergeKeyType:
			if t.Type == token.AliasType {
				aliases++
			}
			if mostAliases == 0 || aliases > mostAliases {
				what = "anchors and aliases are not taken: write the value out, or in quotes"
			}
		case token.TagType, token.DirectiveType:
			what = "tags and directives are not taken"
		case token.SequenceStartType, token.MappingStartType:
			depth++
		case token.SequenceEndType, token.MappingEndType:
			depth--
		case token.SequenceEntryType, token.MappingKeyType:
			dashes++
		}
		if depth > maxDepth || dashes > maxDepth || t.Position.Column > 1<<16 {
			what = fmt.Sprintf("lists and mappings lie more than %d deep in each other, or the line is too long", maxDepth)
		}
		if what != "" {
			return results.Bad(fmt.Errorf("%s:%d: %s", name, t.Position.Line, what))
		}
	}
	return nil
}

// checker compares a document with the type that it is read into.
type checker struct{ name string }

func (c checker) fault(at ast.Node, field, format string, args ...any) error {
	if field != "" {
		field += ": "
	}
	return results.Bad(fmt.Errorf("%s:%d: %s%s", c.name, lineOf(at), field, fmt.Sprintf(format, args...)))
}

func lineOf(n ast.Node) int {
	if t := n.GetToken(); t != nil && t.Position != nil {
		return t.Position.Line
	}
	return 0
}

// shown is a scalar as it is written, cut.
func shown(n ast.Node) string { return cut.Runes(n.GetToken().Value, maxShown, "...") }

// kind says what a node is.
func kind(n ast.Node) string {
	switch n.(type) {
	case *ast.SequenceNode:
		return "a list"
	case *ast.MappingNode, *ast.MappingValueNode:
		return "a mapping"
	case *ast.BoolNode:
		return "true or false"
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return "a number"
	case *ast.StringNode, *ast.LiteralNode:
		return "a text"
	}
	return "something else"
}

var (
	textType   = reflect.TypeFor[encoding.TextUnmarshaler]()
	yamlType   = reflect.TypeFor[yaml.InterfaceUnmarshaler]()
	wholeText  = regexp.MustCompile(`^[+-]?(0|[1-9][0-9]*)$`)
	numberText = regexp.MustCompile(`^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$`)
)

// value checks a node against a type; field is its path in the document.
func (c checker) value(n ast.Node, t reflect.Type, field string) error {
	if _, null := n.(*ast.NullNode); null {
		if t.Kind() == reflect.Interface || t.Kind() == reflect.Pointer { // null is a value, or as left out
			return nil
		}
		return c.fault(n, field, "is empty: give it a value, or leave it out")
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch pointer := reflect.PointerTo(t); {
	case pointer.Implements(yamlType):
		if err := yaml.NodeToValue(n, reflect.New(t).Interface()); err != nil {
			return c.fault(n, "", "%s", message(err))
		}
		return nil
	case pointer.Implements(textType):
		return c.text(n, t, field)
	}
	switch t.Kind() {
	case reflect.Slice:
		return c.list(n, t, field)
	case reflect.Map, reflect.Struct:
		return c.mapping(n, t, field)
	case reflect.Interface:
		return c.any(n, t, field)
	}
	return c.scalar(n, t, field)
}

// text checks a scalar that has a form of its own.
func (c checker) text(n ast.Node, t reflect.Type, field string) error {
	if _, scalar := n.(ast.ScalarNode); !scalar {
		return c.fault(n, field, "want one value, got %s", kind(n))
	}
	into := reflect.New(t).Interface().(encoding.TextUnmarshaler)
	if err := into.UnmarshalText([]byte(shown(n))); err != nil {
		return c.fault(n, field, "%s", err)
	}
	return nil
}

func (c checker) scalar(n ast.Node, t reflect.Type, field string) error {
	switch t.Kind() {
	case reflect.String:
		return c.string(n, field)
	case reflect.Bool:
		if _, ok := n.(*ast.BoolNode); !ok {
			return c.fault(n, field, "want true or false, got %s", kind(n))
		}
	case reflect.Float32, reflect.Float64:
		return c.number(n, field)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return c.whole(n, t.Bits(), field)
	}
	return nil
}

func (c checker) string(n ast.Node, field string) error {
	switch n.(type) {
	case *ast.StringNode, *ast.LiteralNode:
		return nil
	case *ast.SequenceNode, *ast.MappingNode, *ast.MappingValueNode:
		return c.fault(n, field, "want a text, got %s", kind(n))
	}
	return c.fault(n, field, "want a text, got %s: write %q, in quotes", kind(n), shown(n))
}

// isNumber reports whether a node is written as a number. The YAML library takes one
// with an exponent and no point, and one that is too great, for a text.
func isNumber(n ast.Node) bool {
	return kind(n) == "a number" || n.GetToken().Type == token.StringType && numberText.MatchString(n.GetToken().Value)
}

func (c checker) whole(n ast.Node, bits int, field string) error {
	if !isNumber(n) {
		return c.fault(n, field, "want a whole number, got %s", kind(n))
	}
	text := shown(n)
	if !wholeText.MatchString(text) {
		return c.fault(n, field, "%s is not a whole number in decimal digits", text)
	}
	if _, err := strconv.ParseInt(text, 10, bits); err != nil {
		return c.fault(n, field, "%s is too great", text)
	}
	return nil
}

func (c checker) number(n ast.Node, field string) error {
	if !isNumber(n) {
		return c.fault(n, field, "want a number, got %s", kind(n))
	}
	text := shown(n)
	v, err := strconv.ParseFloat(text, 64)
	if _, whole := n.(*ast.IntegerNode); err != nil || math.IsInf(v, 0) || !numberText.MatchString(text) || whole && !wholeText.MatchString(text) {
		return c.fault(n, field, "%s is not a finite number in decimal digits", text)
	}
	return nil
}

// any checks what may be any value of JSON.
func (c checker) any(n ast.Node, t reflect.Type, field string) error {
	switch n.(type) {
	case *ast.SequenceNode:
		return c.list(n, reflect.SliceOf(t), field)
	case *ast.MappingNode, *ast.MappingValueNode:
		return c.mapping(n, reflect.MapOf(reflect.TypeFor[string](), t), field)
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return c.number(n, field)
	}
	return nil
}

func (c checker) list(n ast.Node, t reflect.Type, field string) error {
	list, ok := n.(*ast.SequenceNode)
	if !ok {
		return c.fault(n, field, "want a list, got %s", kind(n))
	}
	for i, v := range list.Values {
		if err := c.value(v, t.Elem(), fmt.Sprintf("%s[%d]", field, i)); err != nil {
			return err
		}
	}
	return nil
}

// pairs are the entries of a mapping; ok is false for another node.
func pairs(n ast.Node) (list []*ast.MappingValueNode, ok bool) {
	switch m := n.(type) {
	case *ast.MappingNode:
		return m.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{m}, true
	}
	return nil, false
}

func (c checker) mapping(n ast.Node, t reflect.Type, field string) error {
	list, ok := pairs(n)
	if !ok {
		return c.fault(n, field, "want a mapping of keys to values, got %s", kind(n))
	}
	seen := map[string]bool{}
	for _, pair := range list {
		key := cut.Runes(pair.Key.GetToken().Value, maxShown, "...")
		path := key
		if field != "" {
			path = field + "." + key
		}
		if seen[key] {
			return c.fault(pair.Key, path, "stands twice")
		}
		seen[key] = true
		of, err := c.typeOf(pair.Key, t, key, path)
		if err != nil {
			return err
		}
		if err := c.value(pair.Value, of, path); err != nil {
			return err
		}
	}
	for _, f := range fieldsOf(t) {
		if f.required && !seen[f.key] {
			return c.fault(n, field+"."+f.key, "missing")
		}
	}
	return nil
}

// typeOf is the type of a mapping's value.
func (c checker) typeOf(at ast.Node, t reflect.Type, key, path string) (reflect.Type, error) {
	if t.Kind() == reflect.Map {
		return t.Elem(), nil
	}
	fields := fieldsOf(t)
	i := slices.IndexFunc(fields, func(f field) bool { return f.key == key })
	if i >= 0 {
		return fields[i].of, nil
	}
	var known []string
	for _, f := range fields {
		known = append(known, f.key)
	}
	hint := ""
	if near := Nearest(key, known); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	where := ""
	if path != key {
		where = " (" + path + ")"
	}
	return nil, results.Bad(fmt.Errorf("%s:%d: unknown key %q%s", c.name, lineOf(at), key, where), hint)
}

// message is the text of an error of the YAML library, without its excerpt.
func message(err error) string {
	var at yaml.Error
	if errors.As(err, &at) {
		return at.GetMessage()
	}
	return err.Error()
}

// worded is an error of the YAML library with its place.
func worded(name string, err error) error {
	var at yaml.Error
	if errors.As(err, &at) && at.GetToken() != nil {
		return results.Bad(fmt.Errorf("%s:%d: %s", name, at.GetToken().Position.Line, at.GetMessage()))
	}
	return results.Bad(fmt.Errorf("%s: %s", name, message(err)))
}

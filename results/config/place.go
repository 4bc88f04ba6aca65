package config

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/autodatabench/autodatabench/results"
)

// field is a key of a struct.
type field struct {
	key      string
	of       reflect.Type
	required bool // in each mapping of the struct
}

// fieldsOf lists the keys of a struct, those of inlined structs among them; none of
// another type. The tag config:"required" marks a key that must be there.
func fieldsOf(t reflect.Type) (list []field) {
	if t.Kind() != reflect.Struct {
		return nil
	}
	for f := range t.Fields() {
		key, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case key == "-" || !f.IsExported():
		case options == "inline":
			list = append(list, fieldsOf(f.Type)...)
		default:
			if key == "" {
				key = strings.ToLower(f.Name)
			}
			list = append(list, field{key, f.Type, f.Tag.Get("config") == "required"})
		}
	}
	return list
}

var fieldPath = regexp.MustCompile(`^[a-z_0-9]+(?:\.[A-Za-z_0-9-]+|\[[0-9]+\])*`)

// placed names file and, where the error begins with the path of a field that the
// document has, its line.
func placed(name string, body ast.Node, err error) error {
	place := name
	if line := lineIn(body, fieldPath.FindString(err.Error())); line > 0 {
		place = fmt.Sprintf("%s:%d", name, line)
	}
	var known *results.Error
	if errors.As(err, &known) && known.Hint != "" {
		return results.Bad(fmt.Errorf("%s: %w", place, err), known.Hint)
	}
	return results.Bad(fmt.Errorf("%s: %w", place, err))
}

// lineIn is the line of the field, or of the nearest mapping around it that is there; 0
// if there is none.
func lineIn(n ast.Node, path string) int {
	line := 0
	for _, key := range strings.FieldsFunc(path, func(r rune) bool { return r == '.' || r == '[' || r == ']' }) {
		list, _ := pairs(n)
		i := slices.IndexFunc(list, func(p *ast.MappingValueNode) bool { return p.Key.GetToken().Value == key })
		if i < 0 {
			break
		}
		line, n = lineOf(list[i].Key), list[i].Value
	}
	return line
}

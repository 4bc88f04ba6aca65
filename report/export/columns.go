package export

import (
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/autodatabench/autodatabench/results"
)

// column is a field of a row type.
type column struct {
	Column
	at []int // path of the field
}

// columns lists the fields of T, those of the types that it embeds in their place.
// The tag json names a column, and the tag doc says what it holds.
func columns[T any]() []column {
	var list []column
	for _, f := range reflect.VisibleFields(reflect.TypeFor[T]()) {
		if f.Anonymous {
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		list = append(list, column{Column{name, typeName(f.Type), f.Tag.Get("doc")}, f.Index})
	}
	return list
}

func described[T any]() []Column {
	var list []Column
	for _, c := range columns[T]() {
		list = append(list, c.Column)
	}
	return list
}

// typeName is how the documentation calls the type of a field.
func typeName(t reflect.Type) string {
	switch {
	case t.Kind() == reflect.Pointer:
		return typeName(t.Elem()) + "?"
	case t == reflect.TypeFor[time.Time]():
		return "time"
	}
	return map[reflect.Kind]string{reflect.String: "text", reflect.Int64: "whole", reflect.Float64: "number", reflect.Bool: "yes/no"}[t.Kind()]
}

// text is the value of a field as a cell of CSV; a missing one is empty.
func text(v reflect.Value) string {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return ""
		}
		v = v.Elem()
	}
	switch x := v.Interface().(type) {
	case time.Time:
		return x.Format(time.RFC3339Nano)
	case float64:
		return strconv.FormatFloat(x, 'g', -1, 64)
	case bool:
		return strconv.FormatBool(x)
	case int64:
		return strconv.FormatInt(x, 10)
	}
	return v.String()
}

// known is a number, or nil where it is missing.
func known(n results.Number) *float64 {
	if !n.Known {
		return nil
	}
	return &n.Value
}

func share(s *results.Score) *float64 {
	if s == nil || s.Total == 0 {
		return nil
	}
	return new(s.Accuracy())
}

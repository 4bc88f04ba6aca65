// Package config reads the YAML files that users write. It is strict: an error names
// file, line and field and, for an unknown key, the nearest known one.
//
// Durations are written 90s or 3h, sizes 8GiB. Nothing is expanded from the
// environment. The package is not for the meaning of the fields.
package config

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/autodatabench/autodatabench/results"
)

// maxFile bounds a configuration file, in bytes.
const maxFile = 1 << 20

// Read decodes the file into the struct that into points to.
func Read(path string, into any) error {
	info, err := os.Stat(path)
	if err != nil {
		return results.Bad(err)
	}
	if info.Size() > maxFile {
		return results.Bad(fmt.Errorf("%s: larger than 1 MiB, which no such file is", path))
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return results.Bad(err)
	}
	return Decode(path, data, into)
}

var unknownKey = regexp.MustCompile(`unknown field "([^"]*)"`)

// Decode decodes data, which errors call name, into the struct.
func Decode(name string, data []byte, into any) error {
	err := yaml.UnmarshalWithOptions(data, into, yaml.Strict(), yaml.DisallowUnknownField())
	if err == nil {
		return nil
	}
	var at yaml.Error
	if !errors.As(err, &at) {
		return results.Bad(fmt.Errorf("%s: %w", name, err))
	}
	message, line := at.GetMessage(), 0
	if token := at.GetToken(); token != nil {
		line = token.Position.Line
	}
	hint := ""
	if m := unknownKey.FindStringSubmatch(message); m != nil {
		message = fmt.Sprintf("unknown key %q", m[1])
		hint = unknownHint(m[1], reflect.TypeOf(into))
	}
	return results.Bad(fmt.Errorf("%s:%d: %s", name, line, message), hint)
}

// unknownHint says which key may be meant, or where the key that is meant belongs.
func unknownHint(key string, in reflect.Type) string {
	switch near := Nearest(key, keys(in)); near {
	case "":
		return ""
	case key:
		return fmt.Sprintf("%q is a key of %s", key, strings.Join(places(in, key, ""), " and "))
	default:
		return fmt.Sprintf("did you mean %q?", near)
	}
}

// places lists the parts of the file that have the key.
func places(t reflect.Type, key, at string) (list []string) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if name == key {
			list = append(list, cmp.Or(at, "the file's top"))
		}
		below := at
		if name != "" {
			below = strings.TrimPrefix(at+"."+name, ".")
		}
		list = append(list, places(f.Type, key, below)...)
	}
	return list
}

// keys lists the YAML keys of a struct and of the structs in it.
func keys(t reflect.Type) []string {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	var list []string
	for f := range t.Fields() {
		if key, _, _ := strings.Cut(f.Tag.Get("yaml"), ","); key != "" {
			list = append(list, key)
		}
		list = append(list, keys(f.Type)...)
	}
	return list
}

// Nearest returns the known word that is within a few edits of word, or "".
func Nearest(word string, known []string) string {
	best, least := "", max(1, len(word)/2)+1
	for _, k := range known {
		if d := distance(word, k); d < least {
			best, least = k, d
		}
	}
	return best
}

// distance is the Levenshtein distance in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := corner
			if a[i] != b[j] {
				cost = min(corner, row[j], row[j+1]) + 1
			}
			corner, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}

// Duration is a time span written like 90s or 3h.
type Duration time.Duration

// UnmarshalText reads a Go duration.
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("%q is no duration such as 90s or 3h", text)
	}
	*d = Duration(v)
	return nil
}

// MarshalText writes the duration as it is read.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// Size is a number of bytes written like 512MiB or 8GiB.
type Size int64

var sizePattern = regexp.MustCompile(`^(\d{1,9})(KiB|MiB|GiB|TiB)$`)

// UnmarshalText reads a size with a binary unit.
func (s *Size) UnmarshalText(text []byte) error {
	m := sizePattern.FindStringSubmatch(string(text))
	if m == nil {
		return fmt.Errorf("%q is no size such as 512MiB or 8GiB", text)
	}
	n, err := strconv.ParseInt(m[1], 10, 64)
	if err != nil {
		return err
	}
	*s = Size(n << map[string]uint{"KiB": 10, "MiB": 20, "GiB": 30, "TiB": 40}[m[2]])
	return nil
}

// MarshalText writes the size as it is read, in the largest unit that divides it.
func (s Size) MarshalText() ([]byte, error) {
	units := []string{"KiB", "MiB", "GiB", "TiB"}
	n, unit := int64(s)>>10, 0
	for unit < len(units)-1 && n != 0 && n%1024 == 0 {
		n, unit = n/1024, unit+1
	}
	return []byte(strconv.FormatInt(n, 10) + units[unit]), nil
}

// Package config reads the YAML files that users write. It is strict: a file is one
// document in UTF-8, whole numbers are written in decimal digits, a key has a value of
// its kind, and there are no aliases. An error names file, line and field and, for an
// unknown key, the nearest known one.
//
// Durations are written 90s or 3h, sizes 8GiB. Nothing is expanded from the
// environment. The package is not for the meaning of the fields.
package config

import (
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/lexer"

	"github.com/autodatabench/autodatabench/results/disk"
)

// maxFile bounds a configuration file, in bytes.
const maxFile = 1 << 20

// Read decodes the file into the struct that into points to. The checks follow; what
// they say gets the line of the field that it begins with.
func Read(path string, into any, checks ...func() error) error {
	data, err := disk.ReadInput(path, maxFile)
	if err != nil {
		return err
	}
	return Decode(path, data, into, checks...)
}

// Decode is Read of data, which errors call name.
func Decode(name string, data []byte, into any, checks ...func() error) error {
	body, err := parse(name, data)
	if err != nil {
		return err
	}
	if body != nil {
		if err := (checker{name}).value(body, reflect.TypeOf(into), ""); err != nil {
			return err
		}
		if err := yaml.UnmarshalWithOptions(data, into, yaml.Strict(), yaml.DisallowUnknownField()); err != nil {
			return worded(name, err)
		}
	}
	for _, check := range checks {
		if err := check(); err != nil {
			return placed(name, body, err)
		}
	}
	return nil
}

// ReadGiven is Read of a file that an earlier version of the program may have taken,
// which was less strict: a few aliases may be in it.
func ReadGiven(path string, into any, checks ...func() error) error {
	data, err := disk.ReadInput(path, maxFile)
	if err != nil {
		return err
	}
	if err := checkTokens(path, lexer.Tokenize(string(data)), givenAliases); err != nil {
		return err
	}
	if err := yaml.UnmarshalWithOptions(data, into, yaml.Strict(), yaml.DisallowUnknownField()); err != nil {
		return worded(path, err)
	}
	for _, check := range checks {
		if err := check(); err != nil {
			return placed(path, nil, err)
		}
	}
	return nil
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

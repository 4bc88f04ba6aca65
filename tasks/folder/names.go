package folder

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// ownNames refuses what encoding/json lets pass: a field that stands twice in an
// object, of which it takes the last, also in other letters, and fields of ours
// in other letters than small ones. raw is one JSON value.
func ownNames(raw []byte) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	return namesOf(d, true)
}

// namesOf checks the next value of d.
func namesOf(d *json.Decoder, outermost bool) error {
	begin, err := d.Token()
	if err != nil || begin != json.Delim('{') && begin != json.Delim('[') {
		return err
	}
	seen := map[string]string{}
	for d.More() {
		if begin == json.Delim('{') {
			token, err := d.Token()
			if err != nil {
				return err
			}
			name, _ := token.(string)
			key := name // of a map
			if outermost {
				key = folded(name)
			}
			before, twice := seen[key]
			switch {
			case twice && before == name:
				return fmt.Errorf("field %q stands twice", name)
			case twice:
				return fmt.Errorf("fields %q and %q differ in case only", before, name)
			case outermost && name != folded(name):
				return fmt.Errorf("unknown field %q: want %q", name, folded(name))
			}
			seen[key] = name
		}
		if err := namesOf(d, false); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}

// folded is the same for names that encoding/json takes for one.
func folded(name string) string { return strings.ToLower(strings.ToUpper(name)) }

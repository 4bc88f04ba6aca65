package folder

import (
	"encoding/json"
	"fmt"
	"strings"
)

// readArray reads a JSON array, each element by its own rule.
func readArray[T any](path string, read func(raw []byte) (T, error)) ([]Placed[T], []Finding) {
	text, findings := readText(path, maxFile)
	if findings != nil {
		return nil, findings
	}
	d := json.NewDecoder(strings.NewReader(text))
	// lineAt counts on from where it was asked last: offsets only grow.
	counted, line := 0, 1
	lineAt := func(offset int) int {
		offset = min(offset, len(text))
		line += strings.Count(text[counted:offset], "\n")
		counted = offset
		return line
	}
	stop := func(reason string) []Finding {
		return append(findings, Finding{path, lineAt(int(d.InputOffset())), reason})
	}
	if begin, err := d.Token(); err != nil || begin != json.Delim('[') {
		return nil, stop("it is no JSON array")
	}
	var list []Placed[T]
	for d.More() {
		begin := int(d.InputOffset())
		begin += len(text[begin:]) - len(strings.TrimLeft(text[begin:], ", \t\r\n"))
		at := lineAt(begin)
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return list, append(findings, Finding{path, at, worded([]byte("["+text[begin:min(begin+1000, len(text))]), err).Error()})
		}
		value, err := read(raw)
		if err != nil {
			findings = append(findings, Finding{path, at, err.Error()})
		} else {
			list = append(list, Placed[T]{value, at})
		}
		if len(findings) == maxFindings || len(list) > maxItems {
			return list, stop(fmt.Sprintf("too many faults or more than %d elements: not read any further", maxItems))
		}
	}
	if _, err := d.Token(); err != nil {
		return list, stop("the array does not end")
	}
	if strings.TrimSpace(text[d.InputOffset():]) != "" {
		return list, stop("something follows the array")
	}
	return list, findings
}

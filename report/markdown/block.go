package markdown

import (
	"bytes"
	"fmt"
)

// The lines between which [Replace] writes.
const (
	Begin = "<!-- leaderboard:begin -->"
	End   = "<!-- leaderboard:end -->"
)

// Replace puts the block between the marker lines of the page and leaves all
// else as it is. It reports an error unless each marker stands once, in order,
// on a line of its own.
func Replace(page, block []byte) ([]byte, error) {
	begin, err := marker(page, Begin)
	if err != nil {
		return nil, err
	}
	end, err := marker(page, End)
	if err != nil {
		return nil, err
	}
	if end < begin {
		return nil, fmt.Errorf("%s stands before %s", End, Begin)
	}
	newline := []byte("\n")
	if bytes.Contains(page, []byte("\r\n")) {
		newline = []byte("\r\n")
		block = bytes.ReplaceAll(block, []byte("\n"), newline)
	}
	parts := [][]byte{page[:begin+len(Begin)], newline, newline, bytes.TrimSpace(block), newline, newline, page[end:]}
	return bytes.Join(parts, nil), nil
}

// marker finds the marker's only line.
func marker(page []byte, text string) (at int, err error) {
	at = -1
	for offset := 0; offset < len(page); {
		line, _, _ := bytes.Cut(page[offset:], []byte("\n"))
		if string(bytes.TrimRight(line, "\r")) == text {
			if at >= 0 {
				return 0, fmt.Errorf("%s stands there twice", text)
			}
			at = offset
		}
		offset += len(line) + 1
	}
	if at < 0 {
		return 0, fmt.Errorf("there is no line %s", text)
	}
	return at, nil
}

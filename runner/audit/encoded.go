package audit

import (
	"bytes"
	"compress/bzip2"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/hex"
	"io"
	"regexp"
	"unicode/utf8"
)

// Bounds on a program: blocks that are looked at, and bytes that they may decode to in
// all. The rest is left.
const (
	mostBlocks  = 256
	mostDecoded = 8 << 20
)

var (
	joined = regexp.MustCompile(`["']\s*[+,\\]?\s*[bru]{0,2}["']`) // literals that are one string, or a list of strings
	block  = regexp.MustCompile(`[A-Za-z0-9+/_=-]{120,}`)          // no plain text has such a word
)

// encoded finds the blocks of a program that are no plain text, and the texts that they
// decode to.
func encoded(program string) (characters int, texts []string) {
	left := int64(mostDecoded)
	for _, b := range block.FindAllString(joined.ReplaceAllString(program, ""), mostBlocks) {
		characters += len(b)
		for _, data := range decoded(b) {
			text := unpacked(data, left)
			if left -= int64(len(text)); left <= 0 {
				return characters, texts
			}
			if utf8.Valid(text) && len(text) > 0 {
				texts = append(texts, string(text))
			}
		}
	}
	return characters, texts
}

// decoded is what the block may stand for.
func decoded(b string) (list [][]byte) {
	for _, decode := range []func(string) ([]byte, error){
		hex.DecodeString, base64.StdEncoding.DecodeString, base64.URLEncoding.DecodeString, base64.RawURLEncoding.DecodeString,
	} {
		if data, err := decode(b); err == nil {
			list = append(list, data)
		}
	}
	return list
}

// unpacked is the data after the compression that it was made with, if any, as far as
// most bytes.
func unpacked(data []byte, most int64) []byte {
	for _, open := range []func(io.Reader) (io.Reader, error){
		func(r io.Reader) (io.Reader, error) { return zlib.NewReader(r) },
		func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
		func(r io.Reader) (io.Reader, error) { return bzip2.NewReader(r), nil },
		func(r io.Reader) (io.Reader, error) { return flate.NewReader(r), nil },
	} {
		r, err := open(bytes.NewReader(data))
		if err != nil {
			continue
		}
		if text, err := io.ReadAll(io.LimitReader(r, most)); err == nil && len(text) > 0 {
			return text
		}
	}
	return data
}

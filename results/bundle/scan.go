package bundle

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// scanner finds secrets in files: plain, as JSON and addresses write them, in base64
// and hex, and in compressed data, also where that is itself in base64 or hex.
type scanner struct {
	forms [][]byte // of all secrets
}

// Scanner returns a function that tells whether data holds one of the secrets, in any of
// the ways in which [Pack] looks for them; nil where there is nothing to look for.
func Scanner(secrets []string) func(data []byte) bool {
	s := newScanner(secrets)
	if len(s.forms) == 0 {
		return nil
	}
	return func(data []byte) bool { return s.has(data, 2) }
}

// FindSecret names a file below dir that holds one of the secrets; empty for none.
func FindSecret(dir string, secrets []string) (path string, err error) {
	s := newScanner(secrets)
	if len(s.forms) == 0 {
		return "", nil
	}
	err = filepath.WalkDir(dir, func(at string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		found, err := s.file(at)
		if found {
			path = at
			return fs.SkipAll
		}
		return err
	})
	return path, err
}

// shortest is how long a secret is at least: shorter ones stand in any file.
const shortest = 6

func newScanner(secrets []string) scanner {
	var s scanner
	for _, secret := range secrets {
		if len(secret) < shortest {
			continue
		}
		for _, form := range formsOf(secret) {
			s.forms = append(s.forms, []byte(form))
		}
	}
	return s
}

// formsOf are the ways in which text may hold the secret.
func formsOf(secret string) []string {
	quoted, err := json.Marshal(secret)
	if err != nil {
		quoted = []byte(`""`)
	}
	forms := []string{
		secret, strings.Trim(string(quoted), `"`), url.QueryEscape(secret), url.PathEscape(secret), percent(secret),
		hex.EncodeToString([]byte(secret)), strings.ToUpper(hex.EncodeToString([]byte(secret))), reversed(secret),
	}
	for offset := range 3 { // the secret may stand at any place of a longer text
		for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			text := enc.EncodeToString(append(make([]byte, offset), secret...))
			from := (offset*8 + 5) / 6
			to := (offset + len(secret)) * 8 / 6
			forms = append(forms, text[from:to])
		}
	}
	return forms
}

// percent writes every byte as an address may.
func percent(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		b.WriteString("%" + strings.ToUpper(hex.EncodeToString([]byte{c})))
	}
	return b.String()
}

func reversed(s string) string {
	b := []byte(s)
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return string(b)
}

// file reports whether the file at path holds a secret.
func (s scanner) file(path string) (bool, error) {
	if len(s.forms) == 0 {
		return false, nil
	}
	data, err := os.ReadFile(path)
	return err == nil && s.has(data, 2), err
}

// blobs are runs of base64 or hex that may be compressed data.
var blobs = regexp.MustCompile(`[A-Za-z0-9+/_-]{24,}={0,2}`)

// mostUnpacked bounds what is read of compressed data.
const mostUnpacked = 256 << 20

// has reports whether the data holds a secret, in compressed data at most so deep.
func (s scanner) has(data []byte, depth int) bool {
	for _, form := range s.forms {
		if bytes.Contains(data, form) {
			return true
		}
	}
	if depth == 0 {
		return false
	}
	if inner := unpacked(data); inner != nil {
		return s.has(inner, depth-1)
	}
	for _, run := range blobs.FindAll(data, -1) {
		for _, raw := range decoded(run) {
			if inner := unpacked(raw); inner != nil && s.has(inner, depth-1) {
				return true
			}
		}
	}
	return false
}

// decoded are the bytes that the run may stand for.
func decoded(run []byte) (list [][]byte) {
	text := strings.TrimRight(string(run), "=")
	for _, decode := range []func(string) ([]byte, error){hex.DecodeString, base64.RawStdEncoding.DecodeString, base64.RawURLEncoding.DecodeString} {
		if raw, err := decode(text); err == nil {
			list = append(list, raw)
		}
	}
	return list
}

// unpacked is the content of compressed data, as far as it can be read; nil for other
// data.
func unpacked(data []byte) []byte {
	var r io.Reader
	var err error
	switch {
	case bytes.HasPrefix(data, []byte{0x1f, 0x8b}):
		r, err = gzip.NewReader(bytes.NewReader(data))
	case len(data) > 2 && data[0] == 0x78 && (int(data[0])<<8|int(data[1]))%31 == 0:
		r, err = zlib.NewReader(bytes.NewReader(data))
	case bytes.HasPrefix(data, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		var dec *zstd.Decoder
		if dec, err = zstd.NewReader(bytes.NewReader(data), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow)); err == nil {
			defer dec.Close()
		}
		r = dec
	default:
		return nil
	}
	if err != nil {
		return nil
	}
	content, _ := io.ReadAll(io.LimitReader(r, mostUnpacked)) // what there is before an error
	return content
}

// Package disk keeps files: canonical JSON, hash-chained logs, files written whole or
// not at all, digests, and the lock of the one writer.
//
// # Log format
//
// A log (events.jsonl, ledger.jsonl) holds one canonical JSON object a line:
// keys sorted, no spaces, no HTML escapes. Every object has "seq", counted from
// 0, and "prev", the hex SHA-256 of the line before without its newline (of the
// empty string for the first):
//
//	{"data":{...},"kind":"trial.started","prev":"e3b0c4...","seq":0,"time":"2026-01-02T03:04:05Z"}
//
// A line is appended with one write and synced before Append returns. A torn
// last line, which a crash can leave, is cut off when the log is opened for
// writing; anything else that does not fit is an error that names the line.
//
// The package is not for meaning: what an event says is decided in results and
// runner. It reads no clock.
package disk

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sync"
)

// Canonical encodes v with sorted keys, no insignificant space and no HTML
// escapes, so that equal values have equal bytes.
func Canonical(v any) ([]byte, error) {
	raw, err := marshal(v)
	if err != nil {
		return nil, err
	}
	return sorted(raw)
}

func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// Digest is the hex SHA-256 of data.
func Digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// DigestOf is the digest of v's canonical JSON.
func DigestOf(v any) (string, error) {
	data, err := Canonical(v)
	if err != nil {
		return "", err
	}
	return Digest(data), nil
}

// DigestFile is the digest of a file's bytes.
func DigestFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	block := blocks.Get().(*[]byte)
	defer blocks.Put(block)
	h := sha256.New()
	// A file would write itself, through a fresh buffer of another size.
	if _, err := io.CopyBuffer(h, struct{ io.Reader }{f}, *block); err != nil {
		return "", fmt.Errorf("read %s: %w", path, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// blocks are buffers through which files are digested: trials have many small ones.
var blocks = sync.Pool{New: func() any { block := make([]byte, 64<<10); return &block }}

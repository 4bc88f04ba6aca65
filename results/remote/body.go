package remote

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"compress/flate"
	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// settled is how long nothing may come before a body that is whole counts as such.
const settled = time.Second

// ErrTooLarge is a body with more bytes than it may have.
type ErrTooLarge int64

func (e ErrTooLarge) Error() string {
	return fmt.Sprintf("the answer has more than %d bytes", int64(e))
}

// ReadBody reads the body of an answer and closes it. A body that complete finds whole
// is taken although the connection breaks or stays open behind it: it may be paid
// for. Beside another error there is what was read.
func ReadBody(resp *http.Response, limit int64, complete func([]byte) bool) ([]byte, error) {
	defer resp.Body.Close()
	var mu sync.Mutex // held while body changes
	var body []byte
	whole := false // nothing comes behind the body, which is complete
	quiet := time.AfterFunc(settled, func() {
		mu.Lock()
		defer mu.Unlock()
		if whole = complete(body); whole {
			resp.Body.Close() // ends the read
		}
	})
	defer quiet.Stop()
	block := 4 << 10 // most answers are small
	if n := resp.ContentLength; n >= 0 {
		block = int(min(n, 32<<10-1)) + 1 // the server may say any length
	}
	for {
		mu.Lock()
		body = slices.Grow(body, block)
		mu.Unlock()
		n, err := resp.Body.Read(body[len(body) : len(body)+block]) // where nobody looks yet
		block = 32 << 10
		mu.Lock()
		body = body[:len(body)+n]
		done := whole
		mu.Unlock()
		switch {
		case int64(len(body)) > limit:
			return nil, ErrTooLarge(limit)
		case done || err == io.EOF || err != nil && complete(body):
			return decoded(resp.Header, body, limit)
		case err != nil:
			return body, err
		}
		quiet.Reset(settled)
	}
}

// decoded undoes an encoding that the server chose though none was asked for but gzip,
// which the transport undoes.
func decoded(header http.Header, body []byte, limit int64) ([]byte, error) {
	for _, encoding := range slices.Backward(strings.Split(strings.ToLower(header.Get("Content-Encoding")), ",")) { // the last was applied last
		var from io.Reader
		var err error
		switch strings.TrimSpace(encoding) {
		case "", "identity":
			continue
		case "gzip", "x-gzip":
			from, err = gzip.NewReader(bytes.NewReader(body))
		case "deflate":
			if from, err = zlib.NewReader(bytes.NewReader(body)); err != nil { // as some servers mean it
				from, err = flate.NewReader(bytes.NewReader(body)), nil
			}
		case "br":
			from = brotli.NewReader(bytes.NewReader(body))
		case "zstd":
			var d *zstd.Decoder
			if d, err = zstd.NewReader(bytes.NewReader(body), zstd.WithDecoderConcurrency(1)); err == nil {
				defer d.Close()
				from = d
			}
		default:
			return nil, fmt.Errorf("the server sent content encoding %q, which was not asked for", encoding)
		}
		if err == nil {
			body, err = io.ReadAll(io.LimitReader(from, limit+1))
		}
		switch {
		case err != nil:
			return nil, fmt.Errorf("content encoding %s: %w", encoding, err)
		case int64(len(body)) > limit:
			return nil, ErrTooLarge(limit)
		}
	}
	return body, nil
}

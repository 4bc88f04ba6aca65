package remote

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

func packed(t *testing.T, open func(io.Writer) (io.WriteCloser, error), text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := open(&b)
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(w, text)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestReadBody(t *testing.T) {
	const text = `{"whole": true}`
	zip := func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil }
	brotlied := func(w io.Writer) (io.WriteCloser, error) { return brotli.NewWriter(w), nil }
	encoded := func(encoding string, data []byte) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", encoding)
			w.Write(data)
		}
	}
	for name, c := range map[string]struct {
		serve http.HandlerFunc
		want  string // of the error; empty for none
	}{
		"plain":     {encoded("", []byte(text)), ""},
		"gzip":      {encoded("gzip", packed(t, zip, text)), ""},
		"deflate":   {encoded("deflate", packed(t, func(w io.Writer) (io.WriteCloser, error) { return zlib.NewWriter(w), nil }, text)), ""},
		"deflated":  {encoded("deflate", packed(t, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, 1) }, text)), ""},
		"zstd":      {encoded("zstd", packed(t, func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) }, text)), ""},
		"brotli":    {encoded("br", packed(t, brotlied, text)), ""},
		"unknown":   {encoded("compress", []byte(text)), `content encoding "compress", which was not asked for`},
		"wrong br":  {encoded("br", []byte(text)), "content encoding br"},
		"br bomb":   {encoded("br", packed(t, brotlied, strings.Repeat("x", 1<<20))), "more than 1000 bytes"},
		"wrong":     {encoded("zstd", []byte(text)), "content encoding zstd"},
		"bomb":      {encoded("zstd", packed(t, func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) }, strings.Repeat("x", 1<<20))), "more than 1000 bytes"},
		"too large": {encoded("", bytes.Repeat([]byte("x"), 2000)), "more than 1000 bytes"},
		"cut": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			io.WriteString(w, text[:8])
		}, "unexpected EOF"},
		"cut behind it": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			io.WriteString(w, text)
		}, ""},
		"never ends": {func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, text)
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(c.serve)
			defer server.Close()
			resp, err := http.Get(server.URL)
			if err != nil {
				t.Fatal(err)
			}
			got, err := ReadBody(resp, 1000, func(b []byte) bool { return bytes.HasSuffix(b, []byte("}")) })
			if c.want == "" && (err != nil || string(got) != text) {
				t.Errorf("%q, %v", got, err)
			}
			if c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("error %v, want %s", err, c.want)
			}
			if large := errors.As(err, new(ErrTooLarge)); large != strings.HasPrefix(c.want, "more than") {
				t.Errorf("error %T", err)
			}
		})
	}
}

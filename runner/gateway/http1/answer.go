package http1

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
)

// kept is how large the buffers of an answer may be that a connection keeps.
const kept = 64 << 10

// answer is a [http.ResponseWriter] that holds the answer until it is whole.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
	text   bytes.Buffer // as it goes over the connection
}

func (a *answer) reset() {
	if a.body.Cap() > kept {
		a.body, a.text = bytes.Buffer{}, bytes.Buffer{}
	}
	clear(a.header)
	a.body.Reset()
	a.text.Reset()
	a.status = 0
}

// Header is sent with the answer.
func (a *answer) Header() http.Header {
	if a.header == nil {
		a.header = http.Header{}
	}
	return a.header
}

// WriteHeader sets the status; the first one counts.
func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

// Write adds to the body.
func (a *answer) Write(p []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(p)
}

// send writes the answer at once.
func (a *answer) send(to io.Writer, head, more bool) error {
	a.WriteHeader(http.StatusOK)
	line := strconv.AppendInt(append(a.text.AvailableBuffer(), "HTTP/1.1 "...), int64(a.status), 10)
	a.text.Write(append(append(append(line, ' '), http.StatusText(a.status)...), "\r\n"...))
	if err := a.header.Write(&a.text); err != nil {
		return err
	}
	line = strconv.AppendInt(append(a.text.AvailableBuffer(), "Content-Length: "...), int64(a.body.Len()), 10)
	if !more {
		line = append(line, "\r\nConnection: close"...)
	}
	a.text.Write(append(line, "\r\n\r\n"...))
	if !head {
		a.text.Write(a.body.Bytes())
	}
	_, err := to.Write(a.text.Bytes())
	return err
}

package record

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"

	"github.com/autodatabench/autodatabench/results/disk"
)

// Exchange is a stored call: what the code asked and what the teacher said.
type Exchange struct {
	Attempt    int             `json:"attempt"`
	Digest     string          `json:"digest"`     // of the request
	Occurrence int             `json:"occurrence"` // of equal requests of the attempt, from 0
	Request    json.RawMessage `json:"request"`    // canonical, as the code sent it
	Response   Answer          `json:"response"`
}

// Answer is the teacher's part of an exchange.
type Answer struct {
	Adapted []string `json:"adapted,omitempty"` // what was sent in another way, since the server refused it

	Content      string `json:"content"`
	FinishReason string `json:"finish_reason"`
	InputTokens  int64  `json:"input_tokens"`
	OutputTokens int64  `json:"output_tokens"`
	Simulated    bool   `json:"simulated,omitempty"` // the server said that it is no LLM
}

// Segments is the folder of a trial's exchanges: files of lines, each a zstd
// stream. The file that is being written has a frame for each batch; a finished
// one is named by its digest.
type Segments string

// Open is the file that is being written.
func (s Segments) Open() string { return filepath.Join(string(s), openSegment+segmentSuffix) }

// Finished is the file of the digest.
func (s Segments) Finished(digest string) string {
	return filepath.Join(string(s), digest+segmentSuffix)
}

// Read hands every stored exchange to visit, with the digest of its line, file by
// file. Their order has no meaning. A torn end of the file that is being written
// is left out.
func (s Segments) Read(visit func(digest string, e Exchange) error) error {
	entries, err := os.ReadDir(string(s))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	entries = slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return !strings.HasSuffix(e.Name(), segmentSuffix) })
	for _, entry := range entries {
		path := filepath.Join(string(s), entry.Name())
		err := ReadSegment(path, func(line []byte) error {
			var e Exchange
			if err := json.Unmarshal(line, &e); err != nil {
				return fmt.Errorf("decode %s: %w", path, err)
			}
			return visit(disk.Digest(line), e)
		})
		if errors.Is(err, ErrTorn) && (path == s.Open() || s.sealedTorn(path)) {
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// sealedTorn reports a file that is torn and has the digest in its name: an earlier
// program finished it so on a full disk. What it lacks, the ledger names.
func (s Segments) sealedTorn(path string) bool {
	digest, err := disk.DigestFile(path)
	return err == nil && path == s.Finished(digest)
}

// ErrTorn says that a segment ends in the middle of a frame or of a line.
var ErrTorn = errors.New("the segment is torn")

// maxLine bounds an exchange, in bytes: more than a request and an answer may have.
const maxLine = 64 << 20

// maxWindow is the memory that reading a segment may take, in bytes.
const maxWindow = 64 << 20

// ReadSegment hands every whole line of the file to visit. Errors: ErrTorn after
// the last whole line of a torn one.
func ReadSegment(path string, visit func(line []byte) error) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	dec, err := zstd.NewReader(file, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxWindow), zstd.WithDecoderMaxWindow(maxWindow))
	if err != nil {
		return err
	}
	defer dec.Close()
	lines := bufio.NewScanner(dec)
	lines.Buffer(make([]byte, 64<<10), maxLine)
	lines.Split(wholeLines)
	for lines.Scan() {
		if err := visit(lines.Bytes()); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("read %s: %w (%w)", path, ErrTorn, err)
	}
	return nil
}

// wholeLines splits at the ends of lines. A last line without one is torn.
func wholeLines(data []byte, atEOF bool) (advance int, token []byte, err error) {
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		return i + 1, data[:i], nil
	}
	if atEOF && len(data) > 0 {
		return 0, nil, io.ErrUnexpectedEOF
	}
	return 0, nil, nil
}

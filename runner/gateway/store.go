package gateway

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

const (
	openSegment   = "open" + segmentSuffix
	segmentSuffix = ".jsonl.zst"
	maxWindow     = 64 << 20 // bytes of memory that reading a segment may take
)

// Exchange is a stored call: what was asked and what the teacher said.
type Exchange struct {
	Attempt    int             `json:"attempt"`
	Digest     string          `json:"digest"` // of Request
	Occurrence int             `json:"occurrence"`
	Request    json.RawMessage `json:"request"` // canonical, as the code sent it
	Response   Answer          `json:"response"`
}

// Answer is the teacher's part of an exchange.
type Answer struct {
	Content      string `json:"content"`
	FinishReason string `json:"finish_reason"`
	InputTokens  int64  `json:"input_tokens"`
	OutputTokens int64  `json:"output_tokens"`
	Simulated    bool   `json:"simulated,omitempty"` // the server said that it is no LLM
}

// store keeps exchanges as lines in segments, each a zstd stream. The segment
// being written has a frame for each batch; it is named by its digest when it
// is sealed, at the latest by the next process.
type store struct {
	dir  string
	enc  *zstd.Encoder
	file *os.File // nil until the first line
}

func openStore(dir string) (*store, error) {
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true))
	if err != nil {
		return nil, err
	}
	s := &store{dir: dir, enc: enc}
	return s, s.recover()
}

// append makes the lines durable, in order.
func (s *store) append(lines [][]byte) error {
	if len(lines) == 0 {
		return nil
	}
	if s.file == nil {
		if err := s.create(); err != nil {
			return err
		}
	}
	text := append(bytes.Join(lines, []byte("\n")), '\n')
	if _, err := s.file.Write(s.enc.EncodeAll(text, nil)); err != nil {
		return err
	}
	return s.file.Sync()
}

func (s *store) create() error {
	if err := os.MkdirAll(s.dir, 0o755); err != nil {
		return err
	}
	file, err := os.OpenFile(filepath.Join(s.dir, openSegment), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	s.file = file
	return syncFolder(s.dir)
}

// seal names the open segment by its digest.
func (s *store) seal() error {
	if s.file == nil {
		return nil
	}
	if err := s.file.Close(); err != nil {
		return err
	}
	s.file = nil
	path := filepath.Join(s.dir, openSegment)
	digest, err := disk.DigestFile(path)
	if err != nil {
		return err
	}
	if err := os.Rename(path, filepath.Join(s.dir, digest+segmentSuffix)); err != nil {
		return err
	}
	return syncFolder(s.dir)
}

// recover seals the segment that a killed process left, up to its last whole
// line.
func (s *store) recover() error {
	path := filepath.Join(s.dir, openSegment)
	var whole bytes.Buffer
	err := readSegment(path, func(line []byte) error {
		whole.Write(line)
		return whole.WriteByte('\n')
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil && !errors.Is(err, errTorn) {
		return err
	}
	if whole.Len() > 0 {
		packed := s.enc.EncodeAll(whole.Bytes(), nil)
		if err := disk.WriteFile(filepath.Join(s.dir, disk.Digest(packed)+segmentSuffix), packed); err != nil {
			return err
		}
	}
	if err := os.Remove(path); err != nil {
		return err
	}
	return syncFolder(s.dir)
}

// errTorn says that a segment ends in the middle of a frame or of a line.
var errTorn = errors.New("the segment is torn")

// readSegment hands every whole line to visit.
func readSegment(path string, visit func([]byte) error) error {
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
	r := bufio.NewReaderSize(dec, 64<<10)
	for {
		line, err := r.ReadBytes('\n')
		if err == io.EOF && len(line) == 0 {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read %s: %w (%w)", path, errTorn, err)
		}
		if err := visit(bytes.TrimSuffix(line, []byte("\n"))); err != nil {
			return err
		}
	}
}

// ReadExchanges hands every stored exchange of the trial folder dir to visit,
// with the digest of its line, segment by segment. Order has no meaning.
func ReadExchanges(dir string, visit func(digest string, e Exchange) error) error {
	entries, err := os.ReadDir(filepath.Join(dir, teacherFolder))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	entries = slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return !strings.HasSuffix(e.Name(), segmentSuffix) })
	for _, entry := range entries {
		path := filepath.Join(dir, teacherFolder, entry.Name())
		err := readSegment(path, func(line []byte) error {
			var e Exchange
			if err := json.Unmarshal(line, &e); err != nil {
				return fmt.Errorf("decode %s: %w", path, err)
			}
			return visit(disk.Digest(line), e)
		})
		if err != nil && !(entry.Name() == openSegment && errors.Is(err, errTorn)) {
			return err
		}
	}
	return nil
}

func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

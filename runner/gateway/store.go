package gateway

import (
	"bytes"
	"errors"
	"io/fs"
	"os"

	"github.com/klauspost/compress/zstd"

	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
)

// store keeps exchanges as lines in segments, each a zstd stream. The segment
// being written has a frame for each batch; it is named by its digest when it
// is sealed, at the latest by the next process.
type store struct {
	dir  record.Segments
	enc  *zstd.Encoder
	file *disk.File // nil until the first line
	size int64      // of its whole batches
	torn bool       // there may be more than those

	lines, frame []byte // of the last batch; kept for the next
}

func openStore(dir record.Segments) (*store, error) {
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
	if err := s.whole(); err != nil {
		return err
	}
	s.lines = s.lines[:0]
	for _, line := range lines {
		s.lines = append(append(s.lines, line...), '\n')
	}
	s.frame = s.enc.EncodeAll(s.lines, s.frame[:0])
	s.torn = true
	if _, err := s.file.WriteAt(s.frame, s.size); err != nil {
		return errors.Join(err, s.whole())
	}
	if err := s.file.Sync(); err != nil {
		return errors.Join(err, s.whole())
	}
	s.size, s.torn = s.size+int64(len(s.frame)), false
	return nil
}

// whole cuts off what a write that failed left of its batch.
func (s *store) whole() error {
	if !s.torn {
		return nil
	}
	if err := s.file.Truncate(s.size); err != nil {
		return err
	}
	s.torn = false
	return nil
}

func (s *store) create() error {
	if err := disk.MkdirAll(string(s.dir)); err != nil {
		return err
	}
	file, err := disk.OpenFile(s.dir.Open(), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	s.file, s.size, s.torn = file, 0, false
	return disk.SyncDir(string(s.dir))
}

// seal names the open segment by its digest. One that is torn stays open: the next
// process recovers it.
func (s *store) seal() error {
	if s.file == nil {
		return nil
	}
	if err := errors.Join(s.whole(), s.file.Close()); err != nil {
		return err
	}
	s.file = nil
	path := s.dir.Open()
	digest, err := disk.DigestFile(path)
	if err != nil {
		return err
	}
	if err := disk.Rename(path, s.dir.Finished(digest)); err != nil {
		return err
	}
	return disk.SyncDir(string(s.dir))
}

// recover seals the segment that a killed process left, up to its last whole
// line.
func (s *store) recover() error {
	path := s.dir.Open()
	var whole bytes.Buffer
	err := record.ReadSegment(path, func(line []byte) error {
		whole.Write(line)
		return whole.WriteByte('\n')
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil && !errors.Is(err, record.ErrTorn) {
		return err
	}
	if whole.Len() > 0 {
		packed := s.enc.EncodeAll(whole.Bytes(), nil)
		if err := disk.WriteFile(s.dir.Finished(disk.Digest(packed)), packed); err != nil {
			return err
		}
	}
	if err := disk.Remove(path); err != nil {
		return err
	}
	return disk.SyncDir(string(s.dir))
}

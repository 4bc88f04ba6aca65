package runner_test

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"

	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
)

// exchanges stands in an archive for the segments of a trial's teacher folder,
// which pack worse because they are packed already.
const exchanges = "teacher/exchanges.jsonl"

// pack writes of each trial of the demo what a replay reads and compares.
func pack(demo string) error {
	var text bytes.Buffer
	w := tar.NewWriter(&text)
	add := func(name string, data []byte) error {
		header := &tar.Header{Name: name, Mode: 0o644, Size: int64(len(data)), Format: tar.FormatUSTAR}
		if err := w.WriteHeader(header); err != nil {
			return err
		}
		_, err := w.Write(data)
		return err
	}
	trials, err := filepath.Glob(filepath.Join(demo, "trials", "*", "*", "*", "run-*"))
	if err != nil {
		return err
	}
	for _, at := range trials {
		dir := record.Trial(at)
		name, err := filepath.Rel(demo, at)
		if err != nil {
			return err
		}
		files, err := filepath.Glob(filepath.Join(at, "attempts", "*", "*"))
		if err != nil {
			return err
		}
		for _, file := range append(files, dir.Events()) {
			data, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			if err := add(name+strings.TrimPrefix(file, at), data); err != nil {
				return err
			}
		}
		lines, err := answered(dir)
		if err != nil {
			return err
		}
		if err := add(name+"/"+exchanges, lines); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithWindowSize(32<<20))
	if err != nil {
		return err
	}
	return os.WriteFile(recordings, enc.EncodeAll(text.Bytes(), nil), 0o644)
}

// answered is the teacher's exchanges of a trial in an order of their own. There
// must be no other calls, since the ledger is left out.
func answered(dir record.Trial) ([]byte, error) {
	var lines [][]byte
	err := dir.Teacher().Read(func(_ string, e record.Exchange) error {
		line, err := disk.Canonical(e)
		lines = append(lines, line)
		return err
	})
	if err != nil {
		return nil, err
	}
	state, err := dir.Load()
	if err != nil {
		return nil, err
	}
	if state.Usage.TeacherCalls != len(lines) {
		return nil, fmt.Errorf("%s: %d teacher calls, %d answered", dir, state.Usage.TeacherCalls, len(lines))
	}
	slices.SortFunc(lines, bytes.Compare)
	return bytes.Join(append(lines, nil), []byte("\n")), nil
}

func unpack(dir string) error {
	data, err := os.ReadFile(recordings)
	if err != nil {
		return err
	}
	dec, err := zstd.NewReader(bytes.NewReader(data))
	if err != nil {
		return err
	}
	defer dec.Close()
	enc, err := zstd.NewWriter(nil)
	if err != nil {
		return err
	}
	for r := tar.NewReader(dec); ; {
		header, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		data, err := io.ReadAll(r)
		if err != nil {
			return err
		}
		path := filepath.Join(dir, filepath.FromSlash(header.Name))
		if strings.HasSuffix(header.Name, exchanges) {
			path, data = path+".zst", enc.EncodeAll(data, nil)
			if err := disk.WriteFile(filepath.Join(filepath.Dir(path), "..", "ledger.jsonl"), nil); err != nil {
				return err
			}
		}
		if err := disk.WriteFile(path, data); err != nil {
			return err
		}
	}
}

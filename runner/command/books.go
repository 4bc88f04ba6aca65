package command

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
)

// exchange is a line of an attempt's model.jsonl: a call and what it used.
type exchange struct {
	Call     int                        `json:"call"` // of the attempt, from 1
	Request  map[string]json.RawMessage `json:"request"`
	Response json.RawMessage            `json:"response"`
	Used     results.Tokens             `json:"usage"`
}

// attemptFolder is where the calls of attempt n are kept.
func (t *inTrial) attemptFolder(n int) string {
	return filepath.Join(t.dir, "attempts", strconv.Itoa(n))
}

const callsFile = "model.jsonl"

// record keeps a call, with what it used, and then meters it.
func (t *inTrial) record(attempt int, request map[string]json.RawMessage, response []byte, used results.Tokens) error {
	line, err := json.Marshal(exchange{t.kept[attempt] + 1, request, response, used})
	if err != nil {
		return err
	}
	if err := appendLine(filepath.Join(t.attemptFolder(attempt), callsFile), line); err != nil {
		return results.Infra("", err)
	}
	return t.book(attempt, line, used)
}

func (t *inTrial) book(attempt int, line []byte, used results.Tokens) error {
	t.kept[attempt]++
	return t.meter.RecordAgent(attempt, disk.Digest(line), results.AgentUse{Calls: 1, Tokens: used, Cost: t.spec.Price.Cost(used)})
}

// appendLine makes the line durable at the end of the file.
func appendLine(path string, line []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(append(line, '\n'))
	return errors.Join(err, f.Sync(), f.Close())
}

// reconcile meters the calls that are kept and that a crash kept out of the
// books. A line that it tore is of an answer that nobody got; it is cut off.
func (t *inTrial) reconcile() error {
	for n := 1; disk.Exists(t.attemptFolder(n)); n++ {
		path := filepath.Join(t.attemptFolder(n), callsFile)
		data, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return results.Infra("", err)
		}
		whole := data[:bytes.LastIndexByte(data, '\n')+1]
		for line := range bytes.Lines(whole) {
			line = bytes.TrimSuffix(line, []byte("\n"))
			var e exchange
			if err := json.Unmarshal(line, &e); err != nil {
				return results.Bad("", fmt.Errorf("%s: %w", path, err))
			}
			if err := t.book(n, line, e.Used); err != nil {
				return err
			}
		}
		if len(whole) == len(data) { // also of a sealed trial, which is only read
			continue
		}
		if err := os.Truncate(path, int64(len(whole))); err != nil {
			return results.Infra("", err)
		}
	}
	return nil
}

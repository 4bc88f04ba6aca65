package disk

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/jsonscan"
)

// emptyDigest is what the first line of a log names as its predecessor.
var emptyDigest = Digest(nil)

// Log is a hash-chained log open for appending. It is not safe for concurrent use.
type Log struct {
	file *File
	path string
	size int64
	torn bool // there may be more in the file than size
	place
}

// place is where a chain ends: the number and the predecessor of its next line.
type place struct {
	next int
	prev string
}

// start is the end of an empty chain.
var start = place{prev: emptyDigest}

// OpenLog opens or creates the log at path for its one writer, hands every
// line there is to visit, in order, and cuts off a torn last line.
func OpenLog(path string, visit func(line []byte) error) (*Log, error) {
	file, err := OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, unusable(err)
	}
	l := &Log{file: file, path: path, place: start}
	if err := l.load(visit); err != nil {
		file.Close()
		return nil, err
	}
	if l.size == 0 { // else its name is durable
		if err := SyncDir(filepath.Dir(path)); err != nil {
			file.Close()
			return nil, err
		}
	}
	return l, nil
}

func (l *Log) load(visit func([]byte) error) error {
	data, err := os.ReadFile(l.path)
	if err != nil {
		return err
	}
	whole := data[:bytes.LastIndexByte(data, '\n')+1]
	at, err := walk(l.path, whole, start, visit)
	if err != nil {
		return err
	}
	l.place, l.size = at, int64(len(whole))
	if len(whole) < len(data) {
		if err := l.file.Truncate(l.size); err != nil {
			return fmt.Errorf("cut torn line of %s: %w", l.path, err)
		}
	}
	return nil
}

// ReadLog hands every line of the log to visit, in order, and checks the chain.
// A torn last line of a log that is being written is left out.
func ReadLog(path string, visit func(line []byte) error) error {
	_, err := ReadTo(path, visit)
	return err
}

// ReadTo is ReadLog that returns the digest of the last line.
func ReadTo(path string, visit func(line []byte) error) (head string, err error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	at, err := walk(path, data[:bytes.LastIndexByte(data, '\n')+1], start, visit)
	return at.prev, err
}

// walk follows the chain on from the place.
func walk(path string, data []byte, at place, visit func([]byte) error) (place, error) {
	next, prev := at.next, at.prev
	for len(data) > 0 {
		line, rest, _ := bytes.Cut(data, []byte("\n"))
		data = rest
		seq, before, ok := linkOf(line)
		if !ok {
			return at, broken(path, next, errors.New("no object with seq and prev"))
		}
		if seq != next || before != prev {
			return at, broken(path, next, errors.New("the chain is broken: the line before was changed, added or removed"))
		}
		if err := visit(line); err != nil {
			return at, broken(path, next, err)
		}
		next, prev = next+1, Digest(line)
	}
	return place{next, prev}, nil
}

// linkOf is what every line of a log holds beside its own fields. Lines are mostly
// plain.
func linkOf(line []byte) (seq int, prev string, ok bool) {
	s, both := jsonscan.New(line), 0
	s.Object(func(name []byte) {
		switch string(name) {
		case "seq":
			n, err := strconv.Atoi(string(s.Number()))
			if seq = n; err != nil {
				s.Odd()
			}
			both++
		case "prev":
			prev = s.Text()
			both++
		default:
			s.Value()
		}
	})
	if s.Plain() {
		return seq, prev, both == 2
	}
	var l struct {
		Seq  *int    `json:"seq"`
		Prev *string `json:"prev"`
	}
	if err := json.Unmarshal(line, &l); err != nil || l.Seq == nil || l.Prev == nil {
		return 0, "", false
	}
	return *l.Seq, *l.Prev, true
}

func broken(path string, line int, err error) error {
	return results.Bad(fmt.Errorf("%s line %d: %w", path, line+1, err),
		"the folder was changed by hand or belongs to another program; move it away to start afresh")
}

// Append adds records as consecutive lines with one write and one sync. Each
// record is an object; its "seq" and "prev" are set here. It returns the lines.
func (l *Log) Append(records ...any) ([][]byte, error) {
	var block []byte
	lines := make([][]byte, 0, len(records))
	next, prev := l.next, l.prev
	for _, record := range records {
		line, err := chained(record, next, prev)
		if err != nil {
			return nil, fmt.Errorf("append to %s: %w", l.path, err)
		}
		lines = append(lines, line)
		block = append(append(block, line...), '\n')
		next, prev = next+1, Digest(line)
	}
	if err := l.whole(); err != nil {
		return nil, fmt.Errorf("append to %s: %w", l.path, err)
	}
	l.torn = true
	if _, err := l.file.WriteAt(block, l.size); err != nil {
		return nil, errors.Join(fmt.Errorf("append to %s: %w", l.path, err), l.whole())
	}
	if err := l.file.Sync(); err != nil {
		return nil, errors.Join(fmt.Errorf("sync %s: %w", l.path, err), l.whole())
	}
	l.torn = false
	l.size, l.next, l.prev = l.size+int64(len(block)), next, prev
	return lines, nil
}

// whole cuts off what an append that failed left: its lines are not in the log,
// and no later one may leave their rest behind it.
func (l *Log) whole() error {
	if !l.torn {
		return nil
	}
	if err := l.file.Truncate(l.size); err != nil {
		return err
	}
	l.torn = false
	return nil
}

func chained(record any, seq int, prev string) ([]byte, error) {
	raw, err := marshal(record)
	if err != nil {
		return nil, err
	}
	fields, err := members(raw)
	if err != nil {
		return nil, err
	}
	fields = slices.DeleteFunc(fields, func(m member) bool { return m.name == "seq" || m.name == "prev" })
	fields = append(fields,
		member{"seq", []byte(`"seq"`), strconv.AppendInt(nil, int64(seq), 10)},
		member{"prev", []byte(`"prev"`), []byte(`"` + prev + `"`)}) // a digest
	slices.SortFunc(fields, func(a, b member) int { return strings.Compare(a.name, b.name) })
	return appendObject(make([]byte, 0, len(raw)+len(prev)+32), fields), nil
}

// Len is the number of lines.
func (l *Log) Len() int { return l.next }

// Head is the digest of the last line.
func (l *Log) Head() string { return l.prev }

// Close closes the file.
func (l *Log) Close() error { return l.file.Close() }

// Head is the digest of the last line of the log at path, whose chain it checks.
func Head(path string) (string, error) { return ReadTo(path, func([]byte) error { return nil }) }

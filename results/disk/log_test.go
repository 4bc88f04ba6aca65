package disk_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
)

type entry struct {
	Time time.Time `json:"time"`
	Kind string    `json:"kind"`
	Text string    `json:"text,omitempty"`
}

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

func ignore([]byte) error { return nil }

// write makes a log of n entries and returns its path.
func write(t *testing.T, n int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "events.jsonl")
	log, err := disk.OpenLog(path, ignore)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	for range n {
		if _, err := log.Append(entry{Time: noon, Kind: "checked"}); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

func lines(t *testing.T, path string) []string {
	t.Helper()
	var got []string
	if err := disk.ReadLog(path, func(line []byte) error { got = append(got, string(line)); return nil }); err != nil {
		t.Fatal(err)
	}
	return got
}

func TestAppendedBytes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events.jsonl")
	log, err := disk.OpenLog(path, ignore)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	returned, err := log.Append(entry{Time: noon, Kind: "a", Text: "<&>\n\u2028"}, map[string]any{"seq": 7, "prev": "x", "n": 1e21})
	if err != nil {
		t.Fatal(err)
	}
	first := `{"kind":"a","prev":"` + disk.Digest(nil) + `","seq":0,"text":"<&>\n\u2028","time":"2026-01-02T12:00:00Z"}`
	second := `{"n":1e+21,"prev":"` + disk.Digest([]byte(first)) + `","seq":1}`
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first+"\n"+second+"\n", string(got)); diff != "" {
		t.Errorf("file (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{first, second}, []string{string(returned[0]), string(returned[1])}); diff != "" {
		t.Errorf("returned lines (-want +got):\n%s", diff)
	}
	if log.Len() != 2 || log.Head() != disk.Digest([]byte(second)) {
		t.Errorf("%d lines, head %s", log.Len(), log.Head())
	}
}

func TestAppendRefusesWhatIsNoObject(t *testing.T) {
	log, err := disk.OpenLog(filepath.Join(t.TempDir(), "log"), ignore)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	for _, record := range []any{3, "text", []int{1}, make(chan int)} {
		if _, err := log.Append(entry{Kind: "fine"}, record); err == nil {
			t.Errorf("%T was appended", record)
		}
	}
	if log.Len() != 0 {
		t.Errorf("%d lines after refused appends", log.Len())
	}
}

// A crash can cut the last line at any byte: what was whole is kept, and the
// log goes on from there with a chain that holds.
func TestTornLastLineIsCut(t *testing.T) {
	path := write(t, 3)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	keep := bytes.LastIndexByte(whole[:len(whole)-1], '\n') + 1
	for size := keep; size < len(whole); size++ {
		if err := os.WriteFile(path, whole[:size], 0o644); err != nil {
			t.Fatal(err)
		}
		if n := len(lines(t, path)); n != 2 {
			t.Fatalf("cut at %d: a reader sees %d lines, want 2", size, n)
		}
		log, err := disk.OpenLog(path, ignore)
		if err != nil {
			t.Fatalf("cut at %d: %v", size, err)
		}
		if _, err := log.Append(entry{Time: noon, Kind: "checked"}); err != nil {
			t.Fatal(err)
		}
		if err := log.Close(); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, whole) {
			t.Fatalf("cut at %d: the file became\n%s", size, got)
		}
	}
}

func TestChangedLogIsRefused(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(lines []string) []string
		want   string
	}{
		{"a byte", func(l []string) []string { l[1] = strings.Replace(l[1], "checked", "Checked", 1); return l }, "line 3: the chain is broken"},
		{"a line left out", func(l []string) []string { return append(l[:1], l[2:]...) }, "line 2: the chain is broken"},
		{"a line twice", func(l []string) []string { return append(l, l[len(l)-1]) }, "line 5: the chain is broken"},
		{"lines swapped", func(l []string) []string { l[2], l[3] = l[3], l[2]; return l }, "line 3: the chain is broken"},
		{"the first line gone", func(l []string) []string { return l[1:] }, "line 1: the chain is broken"},
		{"no JSON", func(l []string) []string { l[2] = "?"; return l }, "line 3: no object with seq and prev"},
		{"an empty line", func(l []string) []string { l[2] = ""; return l }, "line 3: no object with seq and prev"},
		{"no seq", func(l []string) []string { l[0] = `{"prev":""}`; return l }, "line 1: no object with seq and prev"},
		{"a list", func(l []string) []string { l[0] = "[]"; return l }, "line 1: no object with seq and prev"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := write(t, 4)
			changed := strings.Join(tt.change(lines(t, path)), "\n") + "\n"
			if err := os.WriteFile(path, []byte(changed), 0o644); err != nil {
				t.Fatal(err)
			}
			_, openErr := disk.OpenLog(path, ignore)
			for name, err := range map[string]error{"ReadLog": disk.ReadLog(path, ignore), "OpenLog": openErr} {
				var fault *results.Error
				if !errors.As(err, &fault) || fault.Kind != results.BadInput || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("%s: error is %v, want bad input with %q", name, err, tt.want)
				}
			}
			after, err := os.ReadFile(path)
			if err != nil || string(after) != changed {
				t.Errorf("a refused log was written to (%v)", err)
			}
		})
	}
}

func TestVisitorsErrorNamesTheLine(t *testing.T) {
	path, seen := write(t, 3), 0
	err := disk.ReadLog(path, func([]byte) error {
		if seen++; seen == 2 {
			return errors.New("unknown kind")
		}
		return nil
	})
	if err == nil || !strings.Contains(err.Error(), "line 2: unknown kind") {
		t.Errorf("error is %v", err)
	}
}

func TestWriteAndReadJSON(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "seal.json")
	want := map[string]any{"b": "<", "a": 1.5}
	for range 2 { // anew, then over the old one
		if err := disk.WriteJSON(path, want); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("{\n  \"a\": 1.5,\n  \"b\": \"<\"\n}\n", string(data)); diff != "" {
		t.Errorf("file (-want +got):\n%s", diff)
	}
	var got map[string]any
	if err := disk.ReadJSON(path, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("read back (-want +got):\n%s", diff)
	}
	digest, err := disk.DigestFile(path)
	if err != nil || digest != disk.Digest(data) {
		t.Errorf("digest %s, %v", digest, err)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("%d files in the folder, want 1 (%v)", len(entries), err)
	}
	if disk.Exists(path+"x") || !disk.Exists(path) {
		t.Error("Exists is wrong")
	}
}

func TestCanonical(t *testing.T) {
	type pair struct {
		B int64  `json:"b"`
		A string `json:"a"`
	}
	for _, tt := range []struct {
		value any
		want  string
	}{
		{pair{B: 9007199254740993, A: "é<"}, `{"a":"é<","b":9007199254740993}`},
		{map[string]any{"z": []int{2, 1}, "a": nil}, `{"a":null,"z":[2,1]}`},
		{0.1, "0.1"},
	} {
		got, err := disk.Canonical(tt.value)
		if err != nil || string(got) != tt.want {
			t.Errorf("Canonical(%v) = %s, %v, want %s", tt.value, got, err, tt.want)
		}
	}
}

// FuzzReadLog feeds the reader hostile files: it must not panic, a reader and a
// writer must agree on what is there, and what was accepted must be a chain.
func FuzzReadLog(f *testing.F) {
	first := `{"kind":"a","prev":"` + disk.Digest(nil) + `","seq":0}`
	second := `{"kind":"b","prev":"` + disk.Digest([]byte(first)) + `","seq":1}`
	for _, s := range []string{
		"", "\n", first, first + "\n", first + "\n" + second + "\n", first + "\n" + second, second + "\n",
		`{"seq":0,"prev":null}` + "\n", `{"seq":0.5,"prev":""}` + "\n", strings.Repeat("[", 20_000) + "\n", "\xff\xfe\n", "null\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "events.jsonl")
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		var read [][]byte
		readErr := disk.ReadLog(path, func(line []byte) error { read = append(read, bytes.Clone(line)); return nil })
		log, openErr := disk.OpenLog(path, ignore)
		if (readErr == nil) != (openErr == nil) {
			t.Fatalf("ReadLog: %v, OpenLog: %v", readErr, openErr)
		}
		if openErr != nil {
			return
		}
		defer log.Close()
		if log.Len() != len(read) {
			t.Fatalf("OpenLog found %d lines, ReadLog %d", log.Len(), len(read))
		}
		if _, err := log.Append(entry{Kind: "next"}); err != nil {
			t.Fatal(err)
		}
		if n := len(lines(t, path)); n != len(read)+1 {
			t.Fatalf("%d lines after one was appended to %d", n, len(read))
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	for _, bm := range []struct {
		name string
		size int // records an append
	}{{"1", 1}, {"64", 64}} {
		b.Run(bm.name, func(b *testing.B) {
			log, err := disk.OpenLog(filepath.Join(b.TempDir(), "ledger.jsonl"), ignore)
			if err != nil {
				b.Fatal(err)
			}
			defer log.Close()
			records := make([]any, bm.size)
			for i := range records {
				records[i] = entry{Time: noon, Kind: "reserve", Text: "0123456789abcdef"}
			}
			for b.Loop() {
				if _, err := log.Append(records...); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(bm.size), "ns/record")
		})
	}
}

// TestLogAfterAFailedCut lets both a write and the cut of what it left fail: the
// next line comes where the lost one began.
func TestLogAfterAFailedCut(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	l, err := disk.OpenLog(path, func([]byte) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	mend := disk.Break(func(op disk.Op, _ string) error {
		switch op {
		case disk.Write:
			return disk.ErrShort
		case disk.Truncate:
			return syscall.EIO
		}
		return nil
	})
	if _, err := l.Append(map[string]string{"text": strings.Repeat("long ", 100)}); err == nil {
		t.Error("the write did not fail")
	}
	mend()
	if _, err := l.Append(map[string]string{"text": "short"}); err != nil {
		t.Fatal(err)
	}
	lines := 0
	if err := disk.ReadLog(path, func([]byte) error { lines++; return nil }); err != nil || lines != 1 {
		t.Errorf("%d lines, %v", lines, err)
	}
	if data, err := os.ReadFile(path); err != nil || bytes.Count(data, []byte("\n")) != 1 || data[len(data)-1] != '\n' {
		t.Errorf("the file holds %q, %v", data, err)
	}
}

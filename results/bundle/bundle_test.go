package bundle

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
)

// folder lays an experiment's folder with some files of the record.
func folder(t *testing.T, more map[string]string) record.Experiment {
	t.Helper()
	root := filepath.Join(t.TempDir(), "x")
	files := map[string]string{
		"experiment.yaml": "name: x\n", "experiment.lock.json": "{}\n", "scores.jsonl": "{}\n",
		"base/science/private/score.json": "{}\n", "base/science/private/predictions.jsonl": "answer\n", "leaderboard.md": "board\n",
	}
	for name, text := range more {
		files[name] = text
	}
	for name, text := range files {
		if err := disk.WriteFile(filepath.Join(root, name), []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	return record.Experiment(root)
}

func pack(t *testing.T, root record.Experiment, o Options) (path string, m Manifest) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "bundle.adb")
	o.Program, o.Name = "test", "x"
	m, _, err := Pack(path, root, o)
	if err != nil {
		t.Fatal(err)
	}
	return path, m
}

func TestRoundTrip(t *testing.T) {
	root := folder(t, nil)
	path, m := pack(t, root, Options{})
	dir := t.TempDir()
	b, err := Open(path, dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Files) != 4 || len(m.LeftOut) != 1 || m.LeftOut[0].Why != hasPrivate || b.Size != Size(m) {
		t.Errorf("files %v, left out %v, %d bytes", m.Files, m.LeftOut, b.Size)
	}
	for _, f := range m.Files {
		want, _ := os.ReadFile(filepath.Join(string(root), f.Path))
		got, err := os.ReadFile(filepath.Join(string(b.Root), f.Path))
		if err != nil || !bytes.Equal(want, got) {
			t.Errorf("%s: %q, %v", f.Path, got, err)
		}
	}
	again, _ := pack(t, root, Options{})
	one, _ := os.ReadFile(path)
	two, _ := os.ReadFile(again)
	if !bytes.Equal(one, two) {
		t.Error("the same folder gives other bytes")
	}
}

// Every byte of a bundle matters: whichever is changed, the bundle is refused, or it is
// another bundle by its digest, where the manifest says something else.
func TestEveryByteCounts(t *testing.T) {
	path, _ := pack(t, folder(t, nil), Options{})
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := Open(path, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	changed := filepath.Join(t.TempDir(), "changed.adb")
	manifest := block + int(Size(whole.Manifest)-archiveSize(whole.Content.Size)-block)
	for i := 0; i < len(data); i += 1 + i%7 {
		bad := bytes.Clone(data)
		bad[i] ^= 1
		if err := os.WriteFile(changed, bad, 0o644); err != nil {
			t.Fatal(err)
		}
		b, err := Open(changed, t.TempDir())
		if err == nil && i >= block && i < manifest && b.Digest != whole.Digest {
			continue
		}
		if !verification(err) {
			t.Fatalf("byte %d changed: %v", i, err)
		}
	}
}

func verification(err error) bool {
	var known *results.Error
	return errors.As(err, &known) && known.Kind == results.Verification && !strings.Contains(err.Error(), "\n")
}

// raw is a bundle of a manifest and of content that need not fit.
type raw struct {
	manifest Manifest
	text     []byte // of the manifest; nil for its own
	content  []byte // unpacked
	packed   []byte // nil for the content's
	tail     []byte
}

func (r raw) write(t *testing.T) string {
	t.Helper()
	if r.packed == nil {
		var b bytes.Buffer
		enc, err := zstd.NewWriter(&b)
		if err != nil {
			t.Fatal(err)
		}
		enc.Write(r.content)
		if err := enc.Close(); err != nil {
			t.Fatal(err)
		}
		r.packed = b.Bytes()
	}
	if r.manifest.Content.Digest == "" {
		r.manifest.Content = Sum{int64(len(r.packed)), disk.Digest(r.packed)}
	}
	if r.text == nil {
		var err error
		if r.text, err = disk.Canonical(r.manifest); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	writeEntry(&out, manifestName, int64(len(r.text)), bytes.NewReader(r.text))
	writeEntry(&out, contentName, int64(len(r.packed)), bytes.NewReader(r.packed))
	out.Write(trailer)
	out.Write(r.tail)
	path := filepath.Join(t.TempDir(), "hostile.adb")
	if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func file(path, text string) File {
	return File{path, Sum{int64(len(text)), disk.Digest([]byte(text))}}
}

// bundleOf is a bundle of files with the text "x".
func bundleOf(paths ...string) raw {
	r := raw{manifest: Manifest{Format: 1, Program: "hostile", Experiment: "x", Trials: []results.TrialID{}, Files: []File{}, LeftOut: []Left{}}}
	var content bytes.Buffer
	for _, p := range paths {
		r.manifest.Files = append(r.manifest.Files, file(p, "x"))
		if writeEntry(&content, p, 1, strings.NewReader("x")) != nil {
			content.WriteString(strings.Repeat("?", 2*block)) // a name that no header can have
		}
	}
	content.Write(trailer)
	r.content = content.Bytes()
	return r
}

// trialOf is the path of the events of a trial.
func trialOf(run int) string {
	return fmt.Sprintf("trials/x/one-shot-scratch/a/run-%d/events.jsonl", run)
}

// TestHostile has bundles of people who mean harm. Each is refused with one line that
// names the place, and nothing is written outside of the folder.
func TestHostile(t *testing.T) {
	const good = "experiment.yaml"
	long := strings.Repeat("a/", 90) + "x"
	bomb := func() raw { // a file of 3 GB in some 100 kB
		r := bundleOf()
		var b bytes.Buffer
		enc, _ := zstd.NewWriter(&b)
		head, _ := header(good, 3<<30)
		enc.Write(head)
		io.CopyN(enc, zeroes{}, 300<<20)
		enc.Close()
		r.packed = b.Bytes()
		r.manifest.Files = []File{file(good, "x")}
		return r
	}
	change := func(paths []string, f func(r *raw)) raw {
		r := bundleOf(paths...)
		f(&r)
		return r
	}
	one := []string{good}
	cases := []struct {
		name string
		raw  raw
		says string
	}{
		{"a path to the folder above", bundleOf("../experiment.yaml"), "leads out of the folder"},
		{"a path from the root", bundleOf("/etc/passwd"), "leads out of the folder"},
		{"a path through the folder above", bundleOf("agents/../../x.json"), "leads out of the folder"},
		{"a path with a backslash", bundleOf(`agents\..\..\x.json`), "leads out of the folder"},
		{"an empty path", bundleOf(""), "leads out of the folder"},
		{"a file of no record", bundleOf(".bashrc"), "is no file of the record"},
		{"a file of this machine", bundleOf("results.db"), "is no file of the record"},
		{"a file in another's folder", bundleOf("agents/a.json/b.json"), "is no file of the record"},
		{"a name that no archive has", bundleOf("agents/" + long + ".json"), "is no file of the record"},
		{"a name twice", bundleOf(good, good), "comes twice"},
		{"names out of order", bundleOf("scores.jsonl", good), "out of order"},
		{"a file that was left out, with a path to the folder above", change(one, func(r *raw) {
			r.manifest.LeftOut = []Left{{file("../x", "x"), "why"}}
		}), "leads out of the folder"},
		{"an experiment that leads out", change(one, func(r *raw) { r.manifest.Experiment = "../../x" }), "no name of an experiment"},
		{"a larger file than the manifest says", change(one, func(r *raw) { r.manifest.Files[0].Size = 0 }), good},
		{"a smaller file than the manifest says", change(one, func(r *raw) { r.manifest.Files[0].Size = 1 << 20 }), good},
		{"another digest", change(one, func(r *raw) { r.manifest.Files[0].Digest = disk.Digest(nil) }), good + ": it is not the file"},
		{"no digest", change(one, func(r *raw) { r.manifest.Files[0].Digest = "abc" }), "bad size or digest"},
		{"a negative size", change(one, func(r *raw) { r.manifest.Files[0].Size = -1 }), "bad size or digest"},
		{"a file of 5 GB", change(one, func(r *raw) { r.manifest.Files[0].Size = 5 << 30 }), "a file has at most"},
		{"files of 8 GB together", change([]string{"experiment.lock.json", good, "scores.jsonl", "agents/a.json", "agents/b.json"}, func(r *raw) {
			list := []File{}
			for i := range 9 {
				f := file(fmt.Sprintf("cache/%d/adapter_model.safetensors", i), "x")
				f.Size = 1 << 30
				list = append(list, f)
			}
			r.manifest.Files = list
		}), "its files have more than"},
		{"a text of 900 MB", change(one, func(r *raw) { r.manifest.Files[0].Size = 900 << 20 }), "a file has at most"},
		{"a trial twice", change([]string{good, trialOf(1)}, func(r *raw) {
			id := results.TrialID{Domain: "x", Workflow: results.OneShot, Setting: results.Scratch, Agent: "a", Run: 1}
			r.manifest.Trials = []results.TrialID{id, id}
		}), "comes twice"},
		{"a trial elsewhere", change(one, func(r *raw) {
			r.manifest.Trials = []results.TrialID{{Domain: "../../../x", Workflow: results.OneShot, Setting: results.Scratch, Agent: "a", Run: 1}}
		}), "is not in the bundle"},
		{"a file that the content lacks", change(one, func(r *raw) { r.manifest.Files = append(r.manifest.Files, file("scores.jsonl", "x")) }), "scores.jsonl: it does not follow"},
		{"a file that the manifest lacks", change([]string{good, "scores.jsonl"}, func(r *raw) { r.manifest.Files = r.manifest.Files[:1] }), "content.tar.zst"},
		{"more content behind the end", change(one, func(r *raw) { r.content = append(r.content, make([]byte, 4*block)...) }), "goes on behind the last file"},
		{"a link in the content", change(one, func(r *raw) { r.content[156] = '2' }), good + ": it does not follow"},
		{"a device in the content", change(one, func(r *raw) { r.content[156] = '3' }), good + ": it does not follow"},
		{"bytes behind the end", change(one, func(r *raw) { r.tail = []byte("more") }), "says that the bundle has"},
		{"no zstd", change(one, func(r *raw) { r.packed = []byte("PK\x03\x04") }), good},
		{"a bomb", bomb(), good},
		{"a wide window", change(one, func(r *raw) { r.packed = []byte{0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 0x01, 0, 0} }), good},
		{"a manifest of a later program", change(one, func(r *raw) { r.manifest.Format = 2 }), "knows formats up to 1"},
		{"a manifest with two values of a key", change(one, func(r *raw) { r.text = []byte(`{"format":1,"format":1}`) }), "not in the form"},
		{"a manifest with a key of its own", change(one, func(r *raw) { r.text = []byte(`{"format":1,"more":1}`) }), "not in the form"},
		{"a manifest that is no JSON", change(one, func(r *raw) { r.text = []byte("<xml>") }), "no JSON"},
		{"a manifest with spaces", change(one, func(r *raw) { r.text = []byte("{ \"format\": 1 }") }), "not in the form"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			around := t.TempDir()
			dir := filepath.Join(around, "dir")
			if err := os.Mkdir(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			_, err := Open(c.raw.write(t), dir)
			if !verification(err) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("it says %v, want %q", err, c.says)
			}
			if err != nil && len(err.Error()) > 600 {
				t.Errorf("the line has %d bytes", len(err.Error()))
			}
			if list, _ := os.ReadDir(around); len(list) != 1 {
				t.Errorf("there are files outside: %v", list)
			}
		})
	}
}

type zeroes struct{}

func (zeroes) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// A bundle of 10 GB and a manifest of 1 GB are refused before they are read.
func TestHugeFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "huge.adb")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	head, _ := header(manifestName, 1<<30)
	f.Write(head)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for _, size := range []int64{10 << 30, 1<<30 + 10} {
		if err := f.Truncate(size); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(path, t.TempDir()); !verification(err) {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
	f.Close()
	if runtime.ReadMemStats(&after); after.TotalAlloc-before.TotalAlloc > 16<<20 {
		t.Errorf("it took %d bytes of memory", after.TotalAlloc-before.TotalAlloc)
	}
	for _, name := range []string{"/dev/zero", t.TempDir(), "no-such-file"} {
		if _, err := Open(name, t.TempDir()); err == nil {
			t.Errorf("%s is taken for a bundle", name)
		}
	}
}

// FuzzOpen asks that no bytes make Open panic or leave its folder.
func FuzzOpen(f *testing.F) {
	f.Add([]byte("not a bundle"))
	if head, err := header(manifestName, 13); err == nil {
		f.Add(append(head, `{"format":1}`...))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		around := t.TempDir()
		dir, path := filepath.Join(around, "dir"), filepath.Join(around, "b")
		if err := errors.Join(os.Mkdir(dir, 0o755), os.WriteFile(path, data, 0o644)); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenWithin(path, dir, Limits{Manifest: 1 << 20, File: 1 << 20, Content: 1 << 20, Bundle: 1 << 20}); err == nil {
			return
		}
		if list, _ := os.ReadDir(around); len(list) != 2 {
			t.Errorf("there are files outside: %v", list)
		}
	})
}

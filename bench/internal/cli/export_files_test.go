package cli

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/report/export"
	"github.com/autodatabench/autodatabench/results/disk"
)

// exportedText is every file below the folder under its name, those of an archive each.
func exportedText(t *testing.T, folder string) string {
	t.Helper()
	var b strings.Builder
	eachExported(t, folder, func(name string, data []byte) { fmt.Fprintf(&b, "-- %s --\n%s", name, data) })
	return b.String()
}

// shortText is the beginning of every file, and the digest of its bytes.
func shortText(t *testing.T, folder string) string {
	t.Helper()
	var b strings.Builder
	eachExported(t, folder, func(name string, data []byte) {
		fmt.Fprintf(&b, "-- %s, sha256 %s --\n%s\n", name, disk.Digest(data), data[:min(len(data), 6_000)])
	})
	return b.String()
}

func eachExported(t *testing.T, folder string, visit func(name string, data []byte)) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil || !strings.HasSuffix(name, ".eval") {
			visit(filepath.ToSlash(name), data)
			return err
		}
		parts, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return err
		}
		for _, part := range parts.File {
			in, err := part.Open()
			if err != nil {
				return err
			}
			text, err := io.ReadAll(in)
			if err != nil {
				return err
			}
			visit(name+" "+part.Name, text)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestExportFiles compares the files of other programs, of a recorded experiment, with
// those that their programs were seen to read (make export-test).
func TestExportFiles(t *testing.T) {
	goldens, out := absolute(t, "testdata"), unpacked(t)
	for _, format := range []export.Format{formatEEE, formatInspect} {
		folder := filepath.Join(t.TempDir(), string(format))
		code, stdout, said := in(t, out, "export", "--out", out, "--json", "--format", string(format), "--to", folder, "--organization", "A Lab", "fixture")
		var files []exportedFile
		if err := json.Unmarshal([]byte(stdout), &files); code != 0 || err != nil || len(files) < 2 {
			t.Fatal(code, err, said, stdout)
		}
		for _, f := range files {
			if f.Table != export.Table(format) || f.Rows < 1 || !disk.Exists(f.File) {
				t.Errorf("%+v", f)
			}
		}
		got, golden := shortText(t, folder), filepath.Join(goldens, "export-"+string(format)+".golden")
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-golden +now):\n%s", golden, diff)
		}
		again := filepath.Join(t.TempDir(), "again")
		in(t, out, "export", "--out", out, "--format", string(format), "--to", again, "--organization", "A Lab", "fixture/careless", "fixture/pipeline")
		sameTree(t, folder, again)
	}
}

// sameTree compares the bytes of all files below two folders.
func sameTree(t *testing.T, a, b string) {
	t.Helper()
	read := func(folder string) map[string]string {
		all := map[string]string{}
		for _, pattern := range []string{"*", "*/*/*/*/*"} {
			paths, err := filepath.Glob(filepath.Join(folder, pattern))
			if err != nil {
				t.Fatal(err)
			}
			for _, path := range paths {
				if info, err := os.Stat(path); err != nil || info.IsDir() {
					continue
				}
				digest, err := disk.DigestFile(path)
				if err != nil {
					t.Fatal(err)
				}
				name, err := filepath.Rel(folder, path)
				if err != nil {
					t.Fatal(err)
				}
				all[name] = digest
			}
		}
		return all
	}
	one := read(a)
	if diff := cmp.Diff(one, read(b)); diff != "" || len(one) == 0 {
		t.Errorf("%d files; -%s +%s:\n%s", len(one), a, b, diff)
	}
}

// A changed trial is in no file, and the command says so.
func TestExportFilesOfAChangedTrial(t *testing.T) {
	out := unpacked(t)
	edit(t, filepath.Join(out, "fixture", "trials/science/iterative-scratch/pipeline/run-1/attempts/1/code.py"), func(data []byte) []byte { return append(data, '\n') })
	for _, format := range []export.Format{formatEEE, formatInspect} {
		folder := filepath.Join(t.TempDir(), "files")
		code, _, said := in(t, out, "export", "--out", out, "--format", string(format), "--to", folder)
		text := exportedText(t, folder)
		if code != 6 || !strings.Contains(said, "code.py") || strings.Contains(text, `"pipeline"`) || !strings.Contains(text, `"careless"`) {
			t.Errorf("%s: exit code %d: %s", format, code, said)
		}
	}
}

// TestExportTellsNoSecret looks in every export of an experiment whose student tells
// private questions, whose evaluator tells their answers, and whose programs print the
// agent's key. What code asked the teacher is left out where the key is known.
func TestExportTellsNoSecret(t *testing.T) {
	const key = "sk-very/secret+key=0123456789"
	dir := t.TempDir()
	out, hidden := secretExperiment(t, dir, key)
	if code, _, said := in(t, dir, "reindex", "--out", out); code != 0 {
		t.Fatal(said)
	}
	secrets := []string{key}
	for _, item := range hidden {
		secrets = append(secrets, item.Question, item.Answer)
	}
	exports := map[string][]string{"eee": {"--format", "eee"}, "inspect": {"--format", "inspect"}}
	for _, format := range []export.Format{export.CSV, export.JSONL} { // Parquet is compressed
		for _, table := range export.Tables() {
			exports[string(format)+" "+string(table)] = []string{"--format", string(format), string(table)}
		}
	}
	for name, args := range exports {
		to := filepath.Join(dir, "exports", name)
		keys := map[string]string{}
		if strings.HasSuffix(name, " calls") {
			keys["AGENT_SECRET"] = key
		}
		code, _, said := inWith(t, dir, keys, append([]string{"export", "--out", out, "--private-root", filepath.Join(dir, "private"), "--to", filepath.Join(to, "x")}, args...)...)
		text := exportedText(t, to)
		if code != 0 || len(text) < 40 && !strings.Contains(said, "holds a key") {
			t.Fatalf("%s: exit code %d: %s", name, code, said)
		}
		for _, secret := range secrets {
			for how, form := range encodings(secret) {
				if strings.Contains(text, form) {
					t.Errorf("%s holds %q as %s", name, secret, how)
				}
			}
		}
		if (name == "eee" || strings.HasSuffix(name, " predictions")) && !strings.Contains(text, "How long is the Po?") {
			t.Errorf("%s lacks the public questions:\n%.2000s", name, text)
		}
	}
	if !disk.Exists(filepath.Join(dir, "private")) {
		t.Error("there is no private set that could be told")
	}
}

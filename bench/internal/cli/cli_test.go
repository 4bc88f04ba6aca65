package cli

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/autodatabench/autodatabench/results/bundle"
	"github.com/autodatabench/autodatabench/tasks"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"autodatabench": func() { os.Exit(Main()) }})
}

// TestScripts drives the whole program by the scripts in testdata.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(e *testscript.Env) error {
			repository, err := filepath.Abs("../../..")
			e.Setenv("REPOSITORY", repository)
			return err
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":     exits,
			"rows":      rows,
			"big":       big,
			"bytes":     rawBytes,
			"interrupt": interrupt,
			"appendto":  appendTo,
			"replace":   replace,
			"tell":      tell,
			"cut":       truncate,
			"unbundle":  unbundle,
			"schema":    schema,
			"events":    eventsAsDescribed,
			"alone":     alone,
			"stale":     stale,
		},
	})
}

// exits checks the exit code of a command: exits CODE COMMAND [ARG...].
func exits(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if err != nil {
		_, text, found := strings.Cut(err.Error(), "exit status ")
		if !found {
			ts.Fatalf("%v", err)
		}
		got, err = strconv.Atoi(text)
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// alone leaves the program no other one on PATH: alone.
func alone(ts *testscript.TestScript, neg bool, args []string) {
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		if _, err := os.Stat(filepath.Join(dir, "autodatabench")); err == nil {
			ts.Setenv("PATH", dir)
			return
		}
	}
	ts.Fatalf("autodatabench is not on PATH")
}

// unbundle lays the experiment of three runs that a bundle holds: unbundle FOLDER.
func unbundle(ts *testscript.TestScript, neg bool, args []string) {
	_, err := bundle.Open(threeRunsAt, ts.MkAbs(args[0]))
	ts.Check(err)
}

// stale makes an index one of another version of the program: stale FILE.
func stale(ts *testscript.TestScript, neg bool, args []string) {
	db, err := sql.Open(sql.Drivers()[0], ts.MkAbs(args[0]))
	ts.Check(err)
	_, err = db.Exec(`UPDATE migrations SET name = 'migrations/9999_future.sql'; ALTER TABLE outcomes RENAME COLUMN outcome TO other`)
	ts.Check(errors.Join(err, db.Close()))
}

// rows writes a submission of equal-shaped rows: rows FILE COUNT.
func rows(ts *testscript.TestScript, neg bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	var b strings.Builder
	b.WriteString("[")
	for i := range n {
		if i > 0 {
			b.WriteString(",\n")
		}
		fmt.Fprintf(&b, `{"instruction": "What is %d + 1?", "input": "", "output": "%d + 1 = %d"}`, i, i, i+1)
	}
	b.WriteString("]")
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(b.String()), 0o644))
}

// big makes a sparse file: big FILE BYTES.
func big(ts *testscript.TestScript, neg bool, args []string) {
	n, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	path := ts.MkAbs(args[0])
	ts.Check(os.WriteFile(path, nil, 0o644))
	ts.Check(os.Truncate(path, n))
}

// rawBytes writes a file from a quoted Go string: bytes FILE "TEXT".
func rawBytes(ts *testscript.TestScript, neg bool, args []string) {
	text, err := strconv.Unquote(args[1])
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o644))
}

// interrupt runs a command, sends it SIGINT when the text has appeared on its
// standard error, however long that takes, and expects exit code 130: interrupt
// TEXT COMMAND [ARG...].
func interrupt(ts *testscript.TestScript, neg bool, args []string) {
	const script = `log=$1 text=$2; shift 2
"$@" 2>"$log" & pid=$!
until grep -qF "$text" "$log"; do kill -0 $pid || break; sleep 0.02; done
kill -INT $pid; wait $pid; code=$?; cat "$log" >&2; test $code -eq 130`
	ts.Check(ts.Exec("sh", append([]string{"-c", script, "interrupt", ts.MkAbs("interrupt.log")}, args...)...))
}

// appendTo spoils a file: appendto FILE.
func appendTo(ts *testscript.TestScript, neg bool, args []string) {
	f, err := os.OpenFile(ts.MkAbs(args[0]), os.O_APPEND|os.O_WRONLY, 0)
	ts.Check(err)
	_, err = f.WriteString("{}\n")
	ts.Check(errors.Join(err, f.Close()))
}

// replace replaces the first of a quoted Go string in a file by another: replace
// FILE "OLD" "NEW".
func replace(ts *testscript.TestScript, neg bool, args []string) {
	before, err := strconv.Unquote(args[1])
	ts.Check(err)
	after, err := strconv.Unquote(args[2])
	ts.Check(err)
	data := ts.ReadFile(args[0])
	if !strings.Contains(data, before) {
		ts.Fatalf("%q is not in %s", before, args[0])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Replace(data, before, after, 1)), 0o644))
}

// tell appends the question of the first item to a text: tell FILE ITEMS.
func tell(ts *testscript.TestScript, neg bool, args []string) {
	var item tasks.Item
	ts.Check(json.NewDecoder(strings.NewReader(ts.ReadFile(args[1]))).Decode(&item))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(ts.ReadFile(args[0])+item.Question+"\n"), 0o644))
}

// truncate leaves the first bytes of a file: cut FILE BYTES.
func truncate(ts *testscript.TestScript, neg bool, args []string) {
	n, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	ts.Check(os.Truncate(ts.MkAbs(args[0]), n))
}

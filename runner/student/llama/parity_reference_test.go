//go:build parity

package llama

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/autodatabench/autodatabench/runner/student/llama/bpe"
)

// Reference is Hugging Face's libraries in a Python process of their own, which
// answers one request at a time.
type Reference struct {
	process  *exec.Cmd
	requests *json.Encoder
	replies  *bufio.Reader
}

// StartReference returns the process, which all tests share: its imports alone
// take seconds. PARITY_PYTHON names the interpreter (make parity makes it). The
// process ends with its standard input, when the tests end.
func StartReference(t testing.TB) *Reference {
	t.Helper()
	r, err := startReference()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

var startReference = sync.OnceValues(func() (*Reference, error) {
	cmd := exec.Command(os.Getenv("PARITY_PYTHON"), "testdata/reference.py")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	return &Reference{cmd, json.NewEncoder(in), bufio.NewReader(out)}, cmd.Start()
})

// Args are a request's arguments by the names they have in reference.py.
type Args map[string]any

// Ask sends a request and reads its result into result, which may be nil.
func (r *Reference) Ask(t testing.TB, op string, args Args, result any) {
	t.Helper()
	if err := r.requests.Encode(map[string]any{"op": op, "args": args}); err != nil {
		t.Fatalf("reference: %v", err)
	}
	line, err := r.replies.ReadBytes('\n')
	if err != nil && err != io.EOF || len(line) == 0 {
		t.Fatalf("reference: %s ended the process: %v", op, r.process.Wait())
	}
	var reply struct {
		Result json.RawMessage
		Error  string
	}
	if err := json.Unmarshal(line, &reply); err != nil {
		t.Fatalf("reference: %v", err)
	}
	if reply.Error != "" {
		t.Fatalf("reference: %s", reply.Error)
	}
	if result != nil {
		if err := json.Unmarshal(reply.Result, result); err != nil {
			t.Fatalf("reference: %s: %v", op, err)
		}
	}
}

// floats reads packed float32.
func floats(packed []byte) []float32 {
	out := make([]float32, len(packed)/4)
	for i := range out {
		out[i] = math.Float32frombits(binary.LittleEndian.Uint32(packed[4*i:]))
	}
	return out
}

// embeddedFolder is the embedded student's files as they lie in the repository.
func embeddedFolder(t testing.TB) string {
	t.Helper()
	dir, err := filepath.Abs("../embedded/weights")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// loaded reads a model's folder.
func loaded(t testing.TB, dir string) (*Model, *bpe.Tokenizer) {
	t.Helper()
	m, tok, err := Load(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	return m, tok
}

// worst is the greatest difference of two vectors over the greatest element of
// the second, by parts of the width.
func worst(got, want []float32, width int) (most float64) {
	for ; len(want) >= width; got, want = got[width:], want[width:] {
		var diff, size float64
		for i, w := range want[:width] {
			diff = max(diff, math.Abs(float64(got[i])-float64(w)))
			size = max(size, math.Abs(float64(w)))
		}
		if math.IsNaN(diff) {
			return math.NaN()
		}
		most = max(most, diff/size)
	}
	return most
}

package audit

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
)

func TestTokens(t *testing.T) {
	for _, same := range [][]string{
		{"The  Sum is 3.5!", "the sum is\n3.5", `the sum\nis \"3.5\"`, "the\u200b s\u00adum is 3.5"},
		{"Ａdd 2 аnd 3", "add 2 and 3"}, // full width; a Cyrillic а
		{`The answer is \boxed{14}.`, `the answer is \\boxed{14}`, "The answer is \boxed{14}."},
		{`a\u00e9b`, "aéb"},
		{`v = s / t\nv = 3`, "v = s / t\n v = 3"},
	} {
		for _, text := range same[1:] {
			if !slices.Equal(tokens(text), tokens(same[0])) {
				t.Errorf("%q and %q differ", same[0], text)
			}
		}
	}
	for _, pair := range [][2]string{{"add 2 and 3", "add 3 and 2"}, {"ohm", "ohms"}, {"12", "1 2"}, {"2", "two"}} {
		if slices.Equal(tokens(pair[0]), tokens(pair[1])) {
			t.Errorf("%q and %q are equal", pair[0], pair[1])
		}
	}
	if got := len(tokens("北京在哪里")); got != 5 {
		t.Errorf("%d tokens in a text without spaces, want 5", got)
	}
	if got := len(mask(tokens("3.5 V and 12"))); got != 4 {
		t.Errorf("%d masked tokens, want 4", got)
	}
}

func FuzzTokens(f *testing.F) {
	f.Add(`\u12`, `a\`)
	f.Add("\xff\\n3", "é")
	f.Fuzz(func(t *testing.T, a, b string) {
		joined := tokens(a + " | " + b)
		if strings.HasSuffix(a, `\`) { // an escape may go on
			return
		}
		if !slices.Equal(joined, slices.Concat(tokens(a), tokens(b))) {
			t.Errorf("%q and %q: the whole has other tokens than its parts", a, b)
		}
	})
}

func exchange(n int, request, answer string) record.Exchange {
	data, err := json.Marshal(map[string]any{"messages": []results.Message{{Role: "user", Content: request}}})
	if err != nil {
		panic(err)
	}
	return record.Exchange{Attempt: 1, Digest: fmt.Sprintf("r%02d", n), Request: data, Response: record.Answer{Content: answer}}
}

const (
	question = "A lorry covers 298 km in the morning and 233 km in the afternoon, in 9 hours altogether. What is its average speed?"
	solution = "s = 298 + 233 = 531\nv = 531 / 9 = 59\nThe answer is \\boxed{59}."
	other    = "A pump lifts 40 kg of water by 12 m in 16 seconds. Which power in W does it need for that?"
	work     = "W = 40 * 10 * 12 = 4800\nP = 4800 / 16 = 300\nThe answer is \\boxed{300}."
)

// Each case is a row, what the teacher and the program said, and where the row comes from.
func TestOrigins(t *testing.T) {
	asJSON := func(q, a string) string {
		data, err := json.Marshal(map[string]string{"question": q, "solution": a})
		if err != nil {
			panic(err)
		}
		return "Here is the result:\n```json\n" + string(data) + "\n```"
	}
	told := exchange(1, "Write one new problem.", asJSON(question, solution))
	for _, c := range []struct {
		name      string
		row       results.Row
		calls     []record.Exchange
		code      string
		seed      string
		public    string
		origin    record.Origin
		operation string
		call      string
	}{
		{name: "generated", row: results.Row{Instruction: question, Output: solution}, calls: []record.Exchange{told}, origin: record.TeacherMade, call: "r01"},
		{name: "one of a batch", row: results.Row{Instruction: question, Output: solution}, calls: []record.Exchange{exchange(1, "Write two.", asJSON(other, work)+asJSON(question, solution))}, origin: record.TeacherMade, call: "r01"},
		{name: "solved", row: results.Row{Instruction: question, Output: solution}, calls: []record.Exchange{exchange(1, "Solve: "+question, solution)}, seed: question, origin: record.TeacherMade, call: "r01"},
		{name: "solved with one number", row: results.Row{Instruction: question, Output: "59"}, calls: []record.Exchange{exchange(1, "Solve: "+question, "59")}, origin: record.TeacherMade, call: "r01"},
		{name: "judged afterwards", row: results.Row{Instruction: question, Output: solution}, calls: []record.Exchange{exchange(1, "Is it correct? "+question+solution, "yes, the solution is correct"), exchange(2, "Write one.", asJSON(question, solution))}, origin: record.TeacherMade, call: "r02"},
		{name: "refined unchanged", row: results.Row{Instruction: question, Output: solution}, calls: []record.Exchange{told, exchange(2, "Improve: "+question+"\n"+solution, solution)}, origin: record.TeacherMade, call: "r01"},
		{name: "last line put right", row: results.Row{Instruction: question, Output: strings.Replace(solution, "The answer is", "Therefore the final answer:", 1)}, calls: []record.Exchange{told}, origin: record.Processed, operation: opText, call: "r01"},
		{name: "short answer put into words", row: results.Row{Instruction: question, Output: "Therefore it is 59."}, calls: []record.Exchange{exchange(1, "Solve: "+question, "Answer: 59")}, origin: record.Processed, operation: opText, call: "r01"},
		{name: "lines numbered, and another last sentence", row: results.Row{Instruction: question, Output: "Step 1: s = 298 + 233 = 531\nStep 2: v = 531 / 9 = 59\nTherefore, the final answer that we were looking for is 59."}, calls: []record.Exchange{told}, origin: record.Processed, operation: opText, call: "r01"},
		{name: "the same numbers in another order", row: results.Row{Instruction: question, Output: "Once we had 9 and 59 there were 531 reasons to add 298 here and 233 there, which nobody does."}, calls: []record.Exchange{told}, origin: record.Unexplained, operation: opAnswer, call: "r01"},
		{name: "instruction put before", row: results.Row{Instruction: "Answer in steps.", Input: question, Output: solution}, calls: []record.Exchange{told}, origin: record.TeacherMade, call: "r01"},
		{name: "numbers changed", row: results.Row{Instruction: strings.Replace(question, "298", "307", 1), Output: solution}, calls: []record.Exchange{told, exchange(2, "Write one.", asJSON(other, work))}, origin: record.Unexplained, operation: opQuestion},
		{name: "paired anew", row: results.Row{Instruction: question, Output: work}, calls: []record.Exchange{told, exchange(2, "Write one.", asJSON(other, work))}, origin: record.Processed, operation: opPaired, call: "r02"},
		{name: "answer of the program's", row: results.Row{Instruction: question, Output: "The result of all this is surely 12345."}, calls: []record.Exchange{told}, origin: record.Unexplained, operation: opAnswer, call: "r01"},
		{name: "seed question with an invented answer", row: results.Row{Instruction: question, Output: "It is 77."}, seed: question, origin: record.FromSeed},
		{name: "in the program", row: results.Row{Instruction: question, Output: solution}, code: "ROWS = [(" + fmt.Sprintf("%q, %q", question, solution) + ")]", origin: record.InCode},
		{name: "in the program and repeated", row: results.Row{Instruction: question, Output: solution}, code: fmt.Sprintf("ROWS = [(%q, %q)]", question, solution), calls: []record.Exchange{exchange(1, "Repeat: "+question+"\n"+solution, question+"\n"+solution)}, origin: record.InCode, operation: opRepeated, call: "r01"},
		{name: "repeated from elsewhere", row: results.Row{Instruction: question, Output: solution}, calls: []record.Exchange{exchange(1, "Repeat: "+question+"\n"+solution, question+"\n"+solution)}, origin: record.Unexplained, operation: opRepeated, call: "r01"},
		{name: "public, solved by the teacher", row: results.Row{Instruction: "Please: " + question, Output: solution}, calls: []record.Exchange{exchange(1, "Solve: "+question, solution)}, public: question, origin: record.FromPublic, call: "r01"},
		{name: "public, disguised", row: results.Row{Instruction: strings.ReplaceAll(question, "o", "о"), Output: "59"}, public: question, origin: record.FromPublic},
		{name: "public, in front of an input", row: results.Row{Instruction: question, Input: other, Output: work}, calls: []record.Exchange{exchange(1, "Write one.", other+"\n"+work)}, public: question, origin: record.FromPublic, call: "r01"},
		{name: "from nowhere", row: results.Row{Instruction: question, Output: solution}, origin: record.Unexplained},
	} {
		t.Run(c.name, func(t *testing.T) {
			tr := newTracer([]results.Row{c.row})
			for _, e := range c.calls {
				tr.call(e)
			}
			tr.program(c.code, false)
			rows := tr.rows([]results.Row{c.row}, newSet(listOf(c.public), nil), newSet(listOf(c.seed), nil))
			got := rows[0]
			call := ""
			if got.Call != nil {
				call = got.Call.Request
			}
			if got.Origin != c.origin || got.Operation != c.operation || c.call != "" && call != c.call {
				t.Errorf("%s, %q, call %q; want %s, %q, call %q", got.Origin, got.Operation, call, c.origin, c.operation, c.call)
			}
		})
	}
}

func listOf(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}

// Noise does not make a problem new, and a problem that three calls told is there three times.
func TestRepeats(t *testing.T) {
	row := func(prefix string) results.Row {
		return results.Row{Instruction: prefix + question, Output: solution}
	}
	rows := []results.Row{row(""), row("Please read carefully. "), row("Hint: think. "), row(""), {Instruction: other, Output: work}}
	for calls, want := range map[int]int{1: 3, 3: 1, 4: 0} {
		tr := newTracer(rows)
		for n := range calls {
			tr.call(exchange(n, "Write one.", question+"\n"+solution))
		}
		tr.call(exchange(9, "Write one.", other+"\n"+work))
		if got := tr.repeats(); got != want {
			t.Errorf("%d rows beyond those of %d calls, want %d", got, calls, want)
		}
	}
}

func TestOverlap(t *testing.T) {
	s := newSet([]string{question, other}, []string{"59", "300"})
	for name, c := range map[string]struct {
		row                          results.Row
		copies, paraphrases, shadows int
		longest                      int
	}{
		"copy":         {results.Row{Instruction: question, Output: solution}, 1, 0, 0, len(tokens(question))},
		"text around":  {results.Row{Instruction: "Hello. " + question + " Thanks.", Output: solution}, 1, 0, 0, len(tokens(question))},
		"paraphrase":   {results.Row{Instruction: "Find the mean speed of a lorry: 233 km after noon, 298 km in the morning, 9 hours altogether.", Output: solution}, 0, 1, 0, 0},
		"shadow":       {results.Row{Instruction: strings.NewReplacer("298", "310", "233", "50").Replace(question), Output: solution}, 0, 0, 1, 13},
		"same numbers": {results.Row{Instruction: "A firm sells 298 chairs and 233 tables in 9 shops. How many are left?", Output: "2"}, 0, 0, 0, 0},
	} {
		o := s.overlap(newTracer([]results.Row{c.row}).entries)
		if o.Copies != c.copies || o.Paraphrases != c.paraphrases || o.Shadows != c.shadows || o.Longest != c.longest {
			t.Errorf("%s: %+v", name, o)
		}
	}
}

func TestEncoded(t *testing.T) {
	if n, texts := encoded("print('hello')\nx = [1, 2, 3]"); n != 0 || texts != nil {
		t.Errorf("plain text: %d characters, %q", n, texts)
	}
	text := strings.Repeat(question+" "+solution+"\n", 20)
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	w.Write([]byte(text))
	w.Close()
	plain, small := base64.StdEncoding.EncodeToString([]byte(text)), base64.StdEncoding.EncodeToString(packed.Bytes())
	for name, program := range map[string]string{
		"base64":      "X = '" + plain + "'",
		"in pieces":   "X = ('" + plain[:400] + "'\n     '" + plain[400:] + "')",
		"added":       "X = \"" + plain[:400] + "\" + \"" + plain[400:] + "\"",
		"compressed":  "X = b'" + small + "'",
		"hexadecimal": "X = '" + hex.EncodeToString([]byte(text)) + "'",
	} {
		if _, texts := encoded(program); !slices.Contains(texts, text) {
			t.Errorf("%s: the rows are not found in %d texts", name, len(texts))
		}
	}
	// A bomb: what it would decode to is not made.
	packed.Reset()
	w = zlib.NewWriter(&packed)
	for range 256 {
		w.Write(make([]byte, 1<<20))
	}
	w.Close()
	bomb := base64.StdEncoding.EncodeToString(packed.Bytes())
	if _, texts := encoded("X = '" + bomb + "'\nY = '" + bomb + "'"); len(texts) > 1 {
		t.Errorf("%d texts of a bomb", len(texts))
	}
}

package cli

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/bundle"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/runner/experiment"
	"github.com/autodatabench/autodatabench/runner/sandbox"
	"github.com/autodatabench/autodatabench/tasks"
	"github.com/autodatabench/autodatabench/tasks/evaluators"
	"github.com/autodatabench/autodatabench/tasks/folder"
)

// bundled is a bundle of format 1, of two agents and one domain.
const bundled = "../../../runner/verify/testdata/format-1.adb"

func absolute(t *testing.T, path string) string {
	t.Helper()
	at, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// Packing a folder and verifying the bundle needs nothing but the bundle, and the same
// folder gives the same bytes; a changed one is refused.
func TestPackAndVerify(t *testing.T) {
	fixture := absolute(t, bundled)
	b, err := bundle.Open(fixture, filepath.Join(t.TempDir(), "runs"))
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Dir(string(b.Root))
	var digests []string
	for range 2 {
		code, stdout, said := in(t, out, "pack", "--json", "--out", out, "--to", "one.adb", "fixture")
		var done packed
		if err := json.Unmarshal([]byte(stdout), &done); code != 0 || err != nil {
			t.Fatal(code, err, said)
		}
		if done.Trials != 2 || done.LeftOut["predictions: tells answers of the private set"] != 3 {
			t.Errorf("%+v", done)
		}
		digest, err := disk.DigestFile(filepath.Join(out, "one.adb"))
		if err != nil {
			t.Fatal(err)
		}
		digests = append(digests, digest)
	}
	if digests[0] != digests[1] {
		t.Error("the same folder gives other bytes")
	}
	code, stdout, said := in(t, out, "verify", "one.adb")
	if code != 0 || !strings.Contains(stdout, "On trust, private answers") || !strings.Contains(stdout, "Trained again: 0 of them") {
		t.Errorf("exit code %d: %s\n%s", code, said, stdout)
	}
	code, stdout, said = in(t, out, "verify", fixture)
	if code != 0 || !strings.Contains(strings.Join(strings.Fields(stdout), " "), "Private answers judged again: 2") {
		t.Errorf("exit code %d: %s\n%s", code, said, stdout)
	}
	code, stdout, said = in(t, out, "pack", "--out", out, "--to", "trial.adb", "fixture/pipeline")
	if code != 0 || !strings.Contains(stdout, "1 trials") {
		t.Errorf("exit code %d: %s\n%s", code, said, stdout)
	}
	edit(t, filepath.Join(out, "one.adb"), func(data []byte) []byte { data[len(data)-5000] ^= 1; return data })
	if code, _, said = in(t, out, "verify", "one.adb"); code != 6 || !strings.Contains(said, "one.adb: content.tar.zst") {
		t.Errorf("exit code %d: %s", code, said)
	}
	edit(t, filepath.Join(string(b.Root), "trials/science/iterative-scratch/pipeline/run-1/attempts/1/code.py"), func(data []byte) []byte { return append(data, '\n') })
	if code, _, said = in(t, out, "pack", "--out", out, "--to", "two.adb", "fixture"); code != 6 || !strings.Contains(said, "code.py") {
		t.Errorf("exit code %d: %s", code, said)
	}
	if disk.Exists(filepath.Join(out, "two.adb")) {
		t.Error("a bundle of a changed folder was written")
	}
}

// parrot is a student that tells the questions that it is asked.
type parrot struct{ microStudent }

func (*parrot) Generate(_ context.Context, _ string, prompts []string, _ results.Sampling, _ func(int, int)) ([]string, error) {
	said := make([]string, len(prompts))
	for i, p := range prompts {
		said[i] = p + "\nThe answer is 5."
	}
	return said, nil
}

// chatty is a sandbox whose programs print the agent's key, each in another form, and ask
// the teacher; those of agent alpha tell it the key.
type chatty struct {
	microSandbox
	key string
}

func (c chatty) Run(ctx context.Context, spec sandbox.Spec) (sandbox.Result, error) {
	r, err := c.microSandbox.Run(ctx, spec)
	code, failed := os.ReadFile(filepath.Join(spec.Workspace, spec.Code))
	forms := slices.Sorted(maps.Values(encodings(c.key)))
	r.Output = fmt.Appendf(nil, "debug %x %s\n", len(code), forms[int(crc32.ChecksumIEEE(code))%len(forms)])
	question := "How long is a river?"
	if bytes.Contains(code, []byte("alpha")) {
		question += " " + c.key
	}
	return r, errors.Join(err, failed, askTeacher(ctx, spec.Socket, question))
}

// askTeacher asks the teacher behind the socket.
func askTeacher(ctx context.Context, socket, question string) error {
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}}}
	body, err := json.Marshal(map[string]any{"messages": []map[string]string{{"role": "user", "content": question}}, "max_tokens": 9})
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://teacher/v1/chat/completions", bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		err = errors.New(response.Status)
	}
	return errors.Join(err, response.Body.Close())
}

// TestBundleTellsNoSecret looks in a bundle of secretExperiment for every private
// question and answer and every key, plain and encoded.
func TestBundleTellsNoSecret(t *testing.T) {
	const key = "sk-very/secret+key=0123456789"
	dir := t.TempDir()
	out, hidden := secretExperiment(t, dir, key)
	predictions, err := os.ReadFile(filepath.Join(out, "micro", "trials/geography/iterative-scratch/alpha/run-1/final/1/predictions.jsonl"))
	if err != nil || !bytes.Contains(predictions, []byte(hidden[0].Answer)) || !bytes.Contains(predictions, []byte("Zambezi-0")) {
		t.Fatalf("the folder holds no secret that could be told: %v\n%s", err, predictions)
	}
	w := quiet()
	w.Getenv = func(name string) string { return map[string]string{"AGENT_SECRET": key}[name] }
	path := filepath.Join(dir, "micro.adb")
	if err := runPack(context.Background(), w, packOptions{format: report.JSON, out: out, name: "micro", to: path, teacher: true, adapters: true}); err != nil {
		t.Fatal(err)
	}
	b, err := bundle.Open(path, filepath.Join(dir, "unpacked"))
	if err != nil {
		t.Fatal(err)
	}
	logs, segments := 0, 0
	for _, l := range b.LeftOut {
		if strings.HasSuffix(l.Path, "run.log") {
			logs++
		}
		if strings.HasSuffix(l.Path, ".zst") {
			segments++
		}
	}
	if segments != 2 { // of the two runs of the agent that told the teacher its key
		t.Errorf("%d compressed files with keys were left out", segments)
	}
	if logs != 8 { // two agents, two runs, two attempts
		t.Errorf("%d logs with keys were left out", logs)
	}
	secrets := []string{key}
	for _, item := range hidden {
		secrets = append(secrets, item.Question, item.Answer)
	}
	dec, err := zstd.NewReader(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer dec.Close()
	compressed := 0
	for _, f := range b.Files {
		data, err := os.ReadFile(filepath.Join(string(b.Root), f.Path))
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(f.Path, ".zst") { // what a reader gets of it, and not the bytes as they lie
			if data, err = dec.DecodeAll(data, nil); err != nil || !json.Valid(bytes.SplitN(data, []byte("\n"), 2)[0]) {
				t.Fatalf("%s: %v", f.Path, err)
			}
			compressed++
		}
		for _, secret := range secrets {
			for how, text := range encodings(secret) {
				if bytes.Contains(data, []byte(text)) {
					t.Errorf("%s holds %q as %s", f.Path, secret, how)
				}
			}
		}
	}
	if compressed != 2 { // of the other agent
		t.Errorf("the bundle holds %d compressed files", compressed)
	}
}

// secretExperiment runs experiment micro below the folder that it returns, with a
// private set of its own, whose student tells the questions and whose evaluator tells
// the answers, and whose agent writes its key into its programs' output.
func secretExperiment(t *testing.T, dir, key string) (out string, hidden []tasks.Item) {
	t.Helper()
	out = filepath.Join(dir, "out")
	privateRoot, taskDir := filepath.Join(dir, "private"), filepath.Join(dir, "rivers")
	hidden = secretTask(t, privateRoot, taskDir)
	task, err := folder.Load(taskDir)
	if err != nil {
		t.Fatal(err)
	}
	s := micro(t, filepath.Join(out, "micro"))
	s.File.Domains, s.File.Suite = []results.Domain{"geography"}, experiment.Suite{Folders: []string{taskDir}}
	s.Given = []byte(strings.Replace(string(s.Given), "domains: [science]", "suite: ["+taskDir+"]", 1))
	s.Tasks, s.Student, s.PrivateRoot = map[results.Domain]tasks.Task{"geography": task}, &parrot{}, privateRoot
	for name, a := range s.Agents {
		a.Definition.APIKeyEnv = "AGENT_SECRET"
		s.Agents[name] = a
	}
	s.Sandbox = chatty{key: key}
	if _, err := s.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	return out, hidden
}

// secretTask makes a task whose private questions and answers stand nowhere else.
func secretTask(t *testing.T, root, dir string) []tasks.Item {
	t.Helper()
	var hidden []tasks.Item
	for i := range 5 {
		hidden = append(hidden, tasks.Item{ID: fmt.Sprintf("p%d", i), Question: fmt.Sprintf("How long is the Zambezi-%d in metres?", i), Answer: fmt.Sprint(7_654_321_098 + i*1111)})
	}
	data, err := folder.EncodeItems(hidden)
	if err == nil {
		err = disk.WriteFile(folder.PrivateFile(root, "rivers"), data)
	}
	if err != nil {
		t.Fatal(err)
	}
	err = folder.Write(dir, folder.Content{
		Config: folder.Config{
			Name: "rivers", Domain: "geography", Evaluator: evaluators.Spec{Kind: "numeric"}, StudentSampling: folder.Sampling{MaxTokens: 9},
			Sizes: folder.Sizes{Private: len(hidden)}, Licence: "CC0", Source: "test", PrivateDigest: disk.Digest(data),
		},
		Description: "Lengths of rivers.",
		Sample:      []results.Row{{Instruction: "How long is the Rhine?", Output: "1230"}},
		Public:      []tasks.Item{{ID: "a", Question: "How long is the Po?", Answer: "652"}, {ID: "b", Question: "How long is the Main?", Answer: "527"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return hidden
}

// encodings are the forms in which a text may be told.
func encodings(text string) map[string]string {
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	w.Write([]byte(text))
	w.Close()
	quoted, _ := json.Marshal(text)
	list := map[string]string{
		"itself": text, "JSON": strings.Trim(string(quoted), `"`), "hex": hex.EncodeToString([]byte(text)), "HEX": strings.ToUpper(hex.EncodeToString([]byte(text))),
		"an address": url.QueryEscape(text), "a path": url.PathEscape(text), "gzip in base64": base64.StdEncoding.EncodeToString(zipped.Bytes()),
	}
	for i := range 3 {
		for name, enc := range map[string]*base64.Encoding{"base64": base64.RawStdEncoding, "base64 of addresses": base64.RawURLEncoding} {
			whole := enc.EncodeToString(append(make([]byte, i), text...))
			list[fmt.Sprint(name, i)] = whole[(i*8+5)/6 : (i+len(text))*8/6]
		}
	}
	return list
}

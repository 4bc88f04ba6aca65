package cli

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/experiment"
	"github.com/autodatabench/autodatabench/tasks"
	"github.com/autodatabench/autodatabench/tasks/folder"
)

// siteOf makes the pages of out and reads them.
func siteOf(t *testing.T, out string, args ...string) (pages map[string]string, code int, said string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "pages")
	code, printed, said := in(t, out, append([]string{"site", "--json", "--out", ".", dir}, args...)...)
	pages = map[string]string{}
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(p)
		rel, _ := filepath.Rel(dir, p)
		pages[filepath.ToSlash(rel)] = string(data)
		return err
	})
	if err != nil {
		t.Fatalf("%v: exit code %d: %s", err, code, said)
	}
	var made siteMade
	if err := json.Unmarshal([]byte(printed), &made); err != nil || int(made.Pages) != len(pages) {
		t.Errorf("says %d pages, there are %d: %v", made.Pages, len(pages), err)
	}
	return pages, code, said
}

var (
	hrefs = regexp.MustCompile(`(?:href|src)="([^"]*)"`)
	ids   = regexp.MustCompile(` id="([^"]*)"`)
)

// leads checks that every link of every page leads to a page of the site and to a place
// that it has.
func leads(t *testing.T, pages map[string]string) {
	t.Helper()
	places := map[string]map[string]bool{}
	for address, page := range pages {
		places[address] = map[string]bool{"": true}
		for _, m := range ids.FindAllStringSubmatch(page, -1) {
			places[address][m[1]] = true
		}
	}
	for address, page := range pages {
		if !strings.HasSuffix(address, ".html") {
			continue
		}
		for _, m := range hrefs.FindAllStringSubmatch(page, -1) {
			to, mark, _ := strings.Cut(m[1], "#")
			if strings.HasPrefix(to, "https://") || strings.HasPrefix(to, "data:") {
				continue
			}
			target := address
			if to != "" {
				target = path.Join(path.Dir(address), to)
			}
			if places[target] == nil {
				t.Errorf("%s: %s leads nowhere", address, m[1])
			} else if !places[target][mark] && !strings.Contains(page, "class=\"prose\"") { // links in prose are archtest's
				t.Errorf("%s: there is no place %s", address, m[1])
			}
		}
	}
}

func TestSite(t *testing.T) {
	out := finishedMicro(t)
	if code, _, said := in(t, out, "audit", "--out", ".", "micro"); code != 0 {
		t.Fatalf("audit: exit code %d: %s", code, said)
	}
	pages, code, said := siteOf(t, out)
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, said)
	}
	leads(t, pages)
	trial := "trials/micro/science/iterative-scratch/alpha/run-1/"
	for _, name := range []string{
		"index.html", "paper.html", "methods.html", "concepts.html", "agents/alpha.html", trial + "index.html", trial + "attempt-1.html", trial + "attempt-2.html",
		"compare/ranking-1/alpha.micro.iterative.scratch-with-beta.micro.iterative.scratch.html", "side/micro/science/iterative-scratch.html", "figures/ranking-1-gain.svg",
	} {
		if pages[name] == "" && pages[strings.Replace(name, "alpha.micro.iterative.scratch-with-beta", "beta.micro.iterative.scratch-with-alpha", 1)] == "" {
			t.Errorf("there is no page %s", name)
		}
	}
	if page := pages[trial+"index.html"]; !strings.Contains(page, "question 0 of") || !strings.Contains(page, "chosen") {
		t.Error("the trial's page shows no row, or no chosen attempt")
	} else if !regexp.MustCompile(`<p class="source"><span class="mark">(unexplained|literal in the code|teacher-made)</span>`).MatchString(page) {
		t.Error("the trial's page does not say what the audit found about its rows")
	}
	again, _, _ := siteOf(t, out)
	if diff := cmp.Diff(pages, again); diff != "" {
		t.Errorf("the same folders give other pages:\n%s", diff)
	}
}

// hostileText is what an agent may write to take over a page or a terminal.
const hostileText = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)> </pre></script><!-- javascript:alert(3)\n" +
	"[x](javascript:alert(4)) \u202Eevil\u202C \x1b[31mred\x1b[0m {{.Site}} \x00\xff end"

type hostileAgent struct{}

func (hostileAgent) Reply(_ context.Context, r agents.Request) (results.Reply, error) {
	return results.Reply{Text: hostileText + strings.Repeat("x", 256<<10) + fmt.Sprintf("\n\n```python\n# %s %d %s\n```\n", r.Trial, r.Attempt, strings.ReplaceAll(hostileText, "\n", " "))}, nil
}

func TestSiteOfHostileTexts(t *testing.T) {
	pages, code, said := siteOf(t, hostileRun(t, hostileAgent{}))
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, said)
	}
	leads(t, pages)
	script := regexp.MustCompile(`(?i)<script[^>]*>`)
	for address, page := range pages {
		if !strings.HasSuffix(address, ".html") {
			continue
		}
		for _, m := range script.FindAllString(page, -1) {
			if !strings.HasPrefix(m, "<script defer src=\"") {
				t.Errorf("%s: %s", address, m)
			}
		}
		for _, bad := range []string{"<img src=x", "\u202e", "\x1b", "href=\"javascript", "</pre></script>", "style=\""} {
			if strings.Contains(page, bad) {
				t.Errorf("%s holds %q", address, bad)
			}
		}
		if len(page) > 2<<20 {
			t.Errorf("%s has %d bytes", address, len(page))
		}
	}
	if page := pages["trials/micro/science/iterative-scratch/alpha/run-1/attempt-1.html"]; !strings.Contains(page, "&lt;script&gt;alert(1)") {
		t.Error("the text is not shown at all")
	}
}

// A page of an agent that wrote a key into its answer is not shown.
func TestSiteTellsNoKey(t *testing.T) {
	for how, text := range map[string]string{"plain": agentKey, "base64": base64.StdEncoding.EncodeToString([]byte("key: " + agentKey)), "reversed": reversed(agentKey)} {
		out := hostileRun(t, talker(text))
		pages, code, said := siteOf(t, out)
		if code != 0 {
			t.Fatalf("exit code %d: %s", code, said)
		}
		leads(t, pages)
		for address, page := range pages {
			if strings.Contains(html.UnescapeString(page), text) {
				t.Errorf("%s: %s holds the key", how, address)
			}
		}
		if page := pages["trials/micro/science/iterative-scratch/alpha/run-1/attempt-1.html"]; !strings.Contains(page, "holds a key of yours") {
			t.Errorf("%s: the attempt's page does not say why it is empty: %.300s", how, page)
		}
	}
}

// talker says the same text in every answer.
type talker string

func (t talker) Reply(context.Context, agents.Request) (results.Reply, error) {
	return results.Reply{Text: string(t) + "\n\n```python\nprint(1)\n```\n"}, nil
}

func reversed(s string) string {
	b := []byte(s)
	slices.Reverse(b)
	return string(b)
}

// hostileRun runs the micro experiment with an agent of which nothing can be trusted.
func hostileRun(t *testing.T, a agents.Agent) (out string) {
	t.Helper()
	out = t.TempDir()
	s := micro(t, filepath.Join(out, "micro"))
	for name, hostile := range s.Agents {
		hostile.Agent, hostile.Definition.DisplayName, hostile.Definition.APIKeyEnv = a, hostileText, "AGENT_KEY"
		s.Agents[name] = hostile
	}
	outcomes, err := s.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := putIndex(context.Background(), quiet(), s.Root, outcomes); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestSiteTellsNoSecret(t *testing.T) {
	dir := t.TempDir()
	out, privateRoot, taskDir := filepath.Join(dir, "out"), filepath.Join(dir, "private"), filepath.Join(dir, "rivers")
	hidden := secretTask(t, privateRoot, taskDir)
	task, err := folder.Load(taskDir)
	if err != nil {
		t.Fatal(err)
	}
	s := micro(t, filepath.Join(out, "micro"))
	s.File.Domains, s.File.Suite = []results.Domain{"geography"}, experiment.Suite{Folders: []string{taskDir}}
	s.Given = []byte(strings.Replace(string(s.Given), "domains: [science]", "suite: ["+taskDir+"]", 1))
	s.Tasks, s.Student, s.PrivateRoot = map[results.Domain]tasks.Task{"geography": task}, &parrot{}, privateRoot
	outcomes, err := s.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := putIndex(context.Background(), quiet(), s.Root, outcomes); err != nil {
		t.Fatal(err)
	}
	pages, code, said := siteOf(t, out, "--private-root", privateRoot)
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, said)
	}
	for address, page := range pages {
		for _, item := range hidden {
			for _, secret := range []string{item.Question, item.Answer} {
				for how, text := range encodings(secret) {
					if strings.Contains(page, text) {
						t.Errorf("%s holds %q as %s", address, secret, how)
					}
				}
			}
		}
	}
	if len(hidden) == 0 || len(pages) < 20 {
		t.Errorf("%d secrets, %d pages", len(hidden), len(pages))
	}
}

// A broken or changed trial has a page that says so beside the good ones.
func TestSiteOfBrokenTrials(t *testing.T) {
	out := finishedMicro(t)
	broken := record.Trial(filepath.Join(out, "micro", alpha1))
	data, err := os.ReadFile(broken.Events())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(broken.Events(), bytes.Replace(data, []byte(`"kind"`), []byte(`"kinx"`), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	pages, code, said := siteOf(t, out)
	if code == 0 || !strings.Contains(said, "alpha") {
		t.Errorf("exit code %d: %s", code, said)
	}
	leads(t, pages)
	if page := pages["trials/micro/science/iterative-scratch/alpha/run-1/index.html"]; !strings.Contains(page, "cannot be shown") {
		t.Errorf("the broken trial's page: %.300s", page)
	}
	if page := pages["index.html"]; !strings.Contains(page, "Left out:") {
		t.Error("the board does not say what is left out")
	}
}

// Pages replace older pages, and nothing else.
func TestSiteReplacesPagesAlone(t *testing.T) {
	out := finishedMicro(t)
	if err := os.MkdirAll(filepath.Join(out, "mine"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(out, "mine", "thesis.tex"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, said := in(t, out, "site", "--out", ".", "mine"); code != 3 || !strings.Contains(said, "holds other files") {
		t.Errorf("exit code %d: %s", code, said)
	}
	for range 2 {
		if code, _, said := in(t, out, "site", "--out", ".", "pages"); code != 0 {
			t.Errorf("exit code %d: %s", code, said)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(out, ".site-*")); left != nil {
		t.Errorf("left behind: %v", left)
	}
}

//go:build browser

package cli

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/bench/internal/live"
	"github.com/autodatabench/autodatabench/bench/internal/pages"
	"github.com/autodatabench/autodatabench/bench/internal/recorded"
	"github.com/autodatabench/autodatabench/report/site"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/experiment"
)

// browser is a window of Chromium.
type browser struct {
	*testing.T
	ctx context.Context
}

func openBrowser(t *testing.T) browser {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.WindowSize(1280, 900)) // in a container, and as root
	allocator, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	b := browser{t, ctx}
	b.do(open("about:blank")) // the browser lives as long as the context of this call
	b.ctx, cancel = context.WithTimeout(ctx, 4*time.Minute)
	t.Cleanup(cancel)
	return b
}

// act is something that is done in a browser.
type act = chromedp.Action[chromedp.Void]

func open(address string) act     { return chromedp.Navigate(address) }
func click(selector string) act   { return chromedp.Click(chromedp.CSS(selector)) }
func wait(selector string) act    { return chromedp.WaitVisible(chromedp.CSS(selector)) }
func press(key string) act        { return chromedp.KeyEvent(key) }
func enter(at, text string) act   { return chromedp.SendKeys(chromedp.CSS(at), text) }
func choose(at, value string) act { return chromedp.SetValue(chromedp.CSS(at), value) }

// send sends a command that returns nothing.
func send[P any](command cdp.Command[P, cdp.Empty], params P) act {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, command, params)
		return err
	})
}

func (b browser) do(what ...act) {
	b.Helper()
	if err := chromedp.Do(b.ctx, what...); err != nil {
		b.Fatal(err)
	}
}

// js is what the expression gives.
func (b browser) js(expression string) string {
	b.Helper()
	text, err := chromedp.Run(b.ctx, chromedp.Evaluate[string]("(async () => String(await ("+expression+")))()", chromedp.EvalAwaitPromise))
	if err != nil {
		b.Fatal(err)
	}
	return text
}

func (b browser) wants(what, expression, want string) {
	b.Helper()
	if got := b.js(expression); got != want {
		b.Errorf("%s: %s, want %s", what, got, want)
	}
}

// eventually waits until the expression gives what is wanted.
func (b browser) eventually(what, expression, want string) {
	b.Helper()
	got := ""
	for range 100 {
		if got = b.js(expression); got == want {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	b.Errorf("%s: %s, want %s", what, got, want)
}

// axe fails for each rule of accessibility that the page breaks.
func (b browser) axe(name string) {
	b.Helper()
	script, err := os.ReadFile(os.Getenv("AXE"))
	if err != nil {
		b.Fatal(err)
	}
	if _, err := chromedp.Run(b.ctx, chromedp.Evaluate[*string](string(script)+"; null")); err != nil {
		b.Fatal(err)
	}
	found := b.js(`axe.run(document).then(r => JSON.stringify(r.violations.map(v => [v.id, v.nodes.length, v.nodes[0].html, v.nodes[0].failureSummary])))`)
	var broken [][]any
	if err := json.Unmarshal([]byte(found), &broken); err != nil {
		b.Fatal(err)
	}
	for _, rule := range broken {
		b.Errorf("%s: axe: %v", name, rule)
	}
}

// shot keeps a picture of the page where SHOTS asks for it.
func (b browser) shot(name string) {
	b.Helper()
	dir := os.Getenv("SHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.Fatal(err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		b.Fatal(err)
	}
}

// microSite writes the pages of the micro demo and returns their folder.
func microSite(t *testing.T) string {
	t.Helper()
	out := t.TempDir()
	microDemo(t, out)
	if code, _, said := in(t, out, "site", "--out", ".", "pages"); code != 0 {
		t.Fatalf("exit code %d: %s", code, said)
	}
	return "file://" + filepath.Join(out, "pages") + "/"
}

const (
	shownRowsOf = `[...document.querySelectorAll(".board tbody tr")].filter(r => !r.hidden).length`
	firstAgent  = `document.querySelector(".board td.name a").textContent`
)

// TestBrowserReadsTheBoard sorts, filters and searches, follows a rank to the call behind
// a row, and compares.
func TestBrowserReadsTheBoard(t *testing.T) {
	b, root := openBrowser(t), microSite(t)
	b.do(open(root + "index.html"))
	b.wants("rows", shownRowsOf, "6")
	// The order of ranks, and what the head says of it.
	const order = `(() => {
		const ranks = [...document.querySelectorAll(".board tbody tr")].map(r => Number(r.children[0].dataset.sort));
		const says = document.querySelector(".board thead th:first-child").getAttribute("aria-sort");
		const sorted = [...ranks].sort((a, b) => says === "descending" ? b - a : a - b);
		return says + (ranks.join() === sorted.join() && new Set(ranks).size > 1 ? "" : " but " + ranks);
	})()`
	other := map[string]string{"ascending": "descending", "descending": "ascending"}
	b.do(click(`.board thead th:first-child`))
	b.eventually("a head sorts", `["ascending", "descending"].includes(`+order+`)`, "true")
	first := b.js(order)
	b.do(click(`.board thead th:first-child`))
	b.eventually("the order after a second click on a head", order, other[first])
	b.do(choose(`[data-filter="workflow"]`, "iterative"))
	b.js(`document.querySelector(".filters").dispatchEvent(new Event("input"))`)
	b.wants("rows of workflow iterative", shownRowsOf, "3")
	b.do(enter(`[data-search]`, "careless"))
	b.wants("rows that are searched for", shownRowsOf, "1")
	b.wants("the address tells it", `location.search`, "?q=careless&workflow=iterative")
	b.do(chromedp.Reload())
	b.wants("rows after a reload", shownRowsOf, "1")

	b.do(open(root+"index.html"), click(`.board td.name a`), wait(`.facts`))
	b.do(click(`a[href*="trials/demo/"]`), wait(`#timeline`))
	b.wants("it is a trial's page", `document.querySelectorAll("#rows").length + document.querySelectorAll("#wrong").length`, "2")
	b.do(click(`#a-1 a`), wait(`#code`))
	b.do(click(`#code ~ details:last-of-type > summary`))
	b.wants("the code is closed", `document.querySelector("#code ~ details:last-of-type").open`, "false")
	b.do(open(root+"index.html"), click(`.board td.name a`), wait(`.facts`), click(`a[href*="compare/"]`), wait(`caption`))
	if title := b.js(`document.title`); !strings.Contains(title, " and ") {
		b.Errorf("the comparison's title: %s", title)
	}
}

// TestBrowserFindsTheCallBehindARow goes from a rank to the teacher call behind a row in
// three clicks, and searches all calls of the trial.
func TestBrowserFindsTheCallBehindARow(t *testing.T) {
	out := t.TempDir()
	text := "name: demo\nprotocol: mini\ndomains: [science]\nworkflows: [one-shot]\nsettings: [scratch]\nagents: [pipeline]\nbudget: {dataset_size: 80, min_rows: 40}\n"
	if err := os.WriteFile(filepath.Join(out, "demo.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"run", "--out", ".", "demo.yaml"}, {"audit", "--out", ".", "demo"}, {"site", "--out", ".", "pages"}} {
		if code, _, said := in(t, out, args...); code != 0 {
			t.Fatalf("%v: exit code %d: %s", args, code, said)
		}
	}
	b := openBrowser(t)
	b.do(open("file://"+filepath.Join(out, "pages", "index.html")), click(`.board td.name a`), wait(`.facts`))
	b.do(click(`a[href*="trials/demo/"]`), wait(`#row-1`))
	output := b.js(`document.querySelector("#row-1 dd:last-of-type .text").textContent.trim()`)
	b.wants("the audit's origin of the row", `document.querySelector("#row-1 .source .mark").textContent`, "teacher-made")
	b.do(click(`#row-1 .source a`), wait(`#calls`))
	b.wants("the call at that address has the row's output", `((a, o) => a.includes(o) || a.includes(JSON.stringify(o).slice(1, -1)) ? "yes" : location.hash + " " + o + " NOT IN " + a)(document.querySelector(location.hash + " .answer").textContent, `+strconv.Quote(output)+`)`, "yes")
	b.shot("calls-desktop")
	b.axe("calls")

	b.do(open("file://"+filepath.Join(out, "pages", "trials/demo/science/one-shot-scratch/pipeline/run-1/index.html")), wait(`[data-words] input`))
	word := b.js(`document.querySelector("#row-1 dd .text").textContent.trim().split(/\s+/).sort((a, b) => b.length - a.length)[0]`)
	b.do(enter(`[data-words] input`, word))
	b.eventually("parts with a word of the first row", `document.querySelectorAll("[data-words] output a").length > 0`, "true")
	b.do(click(`[data-words] output a`), wait(`#calls`))
	b.wants("calls that are shown all have it", `[...document.querySelectorAll("#calls > li")].filter(c => !c.hidden).every(c => c.textContent.toLowerCase().includes(`+strconv.Quote(strings.ToLower(word))+`))`, "true")
	b.wants("there are some", `[...document.querySelectorAll("#calls > li")].some(c => !c.hidden)`, "true")
	b.do(open("file://"+filepath.Join(out, "pages", "trials/demo/science/one-shot-scratch/pipeline/run-1/index.html")), wait(`[data-words] input`), enter(`[data-words] input`, "nosuchwordanywhere"))
	b.eventually("a word that is in no call", `document.querySelector("[data-words] output").textContent`, "in no part")
}

// TestBrowserByKeyboard uses no pointer.
func TestBrowserByKeyboard(t *testing.T) {
	b, root := openBrowser(t), microSite(t)
	b.do(open(root+"index.html"), press(kb.Tab))
	b.wants("the first stop", `document.activeElement.textContent`, "Skip to the content")
	for range 60 {
		b.do(press(kb.Tab))
		if b.js(`document.activeElement.closest(".board thead") !== null`) == "true" {
			break
		}
	}
	b.do(press(kb.Enter))
	if sorted := b.js(`document.querySelector(".board thead [aria-sort]") !== null && document.querySelector(".board thead [aria-sort]").getAttribute("aria-sort")`); sorted != "ascending" && sorted != "descending" {
		b.Errorf("Enter on a head: sorted %s", sorted)
	}
	for range 60 {
		b.do(press(kb.Tab))
		if b.js(`document.activeElement.closest(".board tbody") !== null`) == "true" {
			break
		}
	}
	b.do(press(kb.Enter), wait(`.facts`))
}

// TestBrowserWithoutScripts reads pages that run no script.
func TestBrowserWithoutScripts(t *testing.T) {
	b, root := openBrowser(t), microSite(t)
	b.do(send(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}), open(root+"index.html"))
	text, err := chromedp.Run(b.ctx, chromedp.Text(chromedp.CSS(`.board`)))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(text, "pipeline") && !strings.Contains(text, "Pipeline") {
		b.Errorf("the board without scripts: %s", text)
	}
	b.do(click(`.board td.name a`), wait(`.facts`))
}

// pageKinds are an address of each kind of page.
var pageKinds = map[string]string{
	"board": "index.html", "agent": "agents/pipeline.html", "trial": "trials/demo/science/iterative-scratch/pipeline/run-1/index.html",
	"attempt": "trials/demo/science/iterative-scratch/pipeline/run-1/attempt-2.html", "side": "side/demo/science/iterative-scratch.html",
	"paper": "paper.html", "methods": "methods.html", "concepts": "concepts.html",
}

// TestBrowserKindsOfPages opens each kind of page on a screen and a phone, light and
// dark: nothing is wider than the window, and axe finds nothing.
func TestBrowserKindsOfPages(t *testing.T) {
	b, root := openBrowser(t), microSite(t)
	for name, address := range pageKinds {
		for _, view := range []struct {
			name   string
			width  int64
			colour string
		}{{"desktop", 1280, "light"}, {"phone", 390, "light"}, {"dark", 1280, "dark"}} {
			b.do(chromedp.EmulateViewport(view.width, 900),
				send(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: view.colour}}}),
				open(root+address), wait(`main`))
			b.wants(name+" on "+view.name+" fits", `document.documentElement.scrollWidth <= document.documentElement.clientWidth`, "true")
			b.axe(name + " on " + view.name)
			b.shot(name + "-" + view.name)
		}
	}
}

// TestBrowserIsNotTakenOver opens pages of hostile texts. An alert would hold the browser
// until the test's time is over.
func TestBrowserIsNotTakenOver(t *testing.T) {
	out := t.TempDir()
	s := micro(t, filepath.Join(out, "demo"))
	s.File.Name, s.Given = "demo", []byte(strings.Replace(string(s.Given), "name: micro", "name: demo", 1))
	for name, a := range s.Agents {
		a.Agent, a.Definition.DisplayName = hostileAgent{}, hostileText
		s.Agents[name] = a
	}
	outcomes, err := s.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := putIndex(context.Background(), quiet(), s.Root, outcomes); err != nil {
		t.Fatal(err)
	}
	if code, _, said := in(t, out, "site", "--out", ".", "pages"); code != 0 {
		t.Fatalf("exit code %d: %s", code, said)
	}
	b := openBrowser(t)
	root := "file://" + filepath.Join(out, "pages") + "/"
	for _, address := range []string{"index.html", "agents/alpha.html", "trials/demo/science/iterative-scratch/alpha/run-1/index.html", "trials/demo/science/iterative-scratch/alpha/run-1/attempt-2.html"} {
		b.do(open(root+address), wait(`main`))
		b.wants(address+": scripts", `document.querySelectorAll("main script, main img:not([src^='figures/']):not([src^='../']), main [onerror], main a[href^='javascript']").length`, "0")
	}
}

// TestBrowserFollowsARun opens the page of what runs, and that of a running trial, while
// an experiment runs.
func TestBrowserFollowsARun(t *testing.T) {
	out := t.TempDir()
	s := micro(t, filepath.Join(out, "micro"))
	begun, goOn := make(chan struct{}, 1), make(chan struct{})
	s.Watch = slowWatch{begun: begun, goOn: goOn}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := s.Run(ctx)
		ended <- err
	}()
	o := pages.Options{Out: out, Title: "Live", Live: true, Warn: recorded.Warn(func(error) {})}
	server := &live.Server{
		Gather: func(ctx context.Context) (*site.Source, error) { return pages.Gather(ctx, o) },
		Running: func(ctx context.Context) ([]live.Running, error) {
			return pages.Running(ctx, o, s.Holder, time.Now())
		},
		Hosts: []string{"127.0.0.1"}, Now: time.Now,
	}
	web := httptest.NewUnstartedServer(nil)
	web.Config.Handler = server.Handler(ctx)
	web.Start()
	t.Cleanup(func() { cancel(); web.CloseClientConnections(); web.Close() })
	<-begun // a trial is under way
	b := openBrowser(t)
	b.do(open(web.URL+"/live.html"), wait(`#live`))
	b.eventually("a running trial is shown", `document.querySelectorAll("#live article").length > 0`, "true")
	close(goOn)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	b.eventually("nothing runs any more", `document.querySelectorAll("#live article").length`, "0")
	if answer, err := http.Get(web.URL + "/index.html"); err != nil || answer.StatusCode != http.StatusOK { //nolint:noctx // of a test's own server
		t.Errorf("the board after the run: %v", err)
	}
}

// slowWatch holds each trial before its program until it is let go on.
type slowWatch struct {
	microWatch
	begun chan<- struct{}
	goOn  <-chan struct{}
}

func (s slowWatch) Doing(_ results.TrialID, what string, _ *results.Trial) {
	if what != string(agents.Execute) {
		return
	}
	select {
	case s.begun <- struct{}{}:
	default:
	}
	<-s.goOn
}

var _ experiment.Watch = slowWatch{}

package live

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"sync"
	"time"

	"github.com/autodatabench/autodatabench/bench/internal/progress"
	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/report/trial"
	"github.com/autodatabench/autodatabench/results"
)

// Address is the page of what runs.
const Address = "live.html"

// mostOpen is how many pages are told of news at a time.
const mostOpen = 500

// feed tells open pages what is new. One goroutine reads the folders for all of them,
// as long as there are any.
type feed struct {
	ctx    context.Context
	server *Server

	mu     sync.Mutex
	open   map[chan []byte]bool
	latest []byte
	reads  bool
}

func (f *feed) init(ctx context.Context, s *Server) {
	f.ctx, f.server, f.open = ctx, s, map[chan []byte]bool{}
}

// news is what an event says.
type news struct {
	HTML   template.HTML     `json:"html"`   // of the page of what runs
	Trials map[string]string `json:"trials"` // running trials by the folder of their pages, with what changes when they do
}

// serve is the stream of one page.
func (f *feed) serve(w http.ResponseWriter, r *http.Request) {
	told, ok := f.join()
	if !ok {
		http.Error(w, "too many pages are open", http.StatusServiceUnavailable)
		return
	}
	defer f.leave(told)
	out := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	fmt.Fprint(w, "retry: 3000\n\n")
	for {
		if out.Flush() != nil {
			return
		}
		select {
		case event := <-told:
			if _, err := fmt.Fprintf(w, "data: %s\n\n", event); err != nil {
				return
			}
		case <-time.After(20 * time.Second): // so that a page that went away is found
			if _, err := fmt.Fprint(w, ": still here\n\n"); err != nil {
				return
			}
		case <-r.Context().Done():
			return
		case <-f.ctx.Done():
			return
		}
	}
}

func (f *feed) join() (chan []byte, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.open) >= mostOpen {
		return nil, false
	}
	told := make(chan []byte, 1)
	f.open[told] = true
	if f.latest != nil {
		told <- f.latest
	}
	if !f.reads {
		f.reads = true
		go f.read() // ends when no page is open
	}
	return told, true
}

func (f *feed) leave(told chan []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.open, told)
}

// read reads what runs, as often as it may, and tells all pages.
func (f *feed) read() {
	for {
		begin := f.server.Now()
		event, err := f.server.news(f.ctx)
		if err == nil {
			f.tell(event)
		}
		wait := max(time.Second, share*f.server.Now().Sub(begin))
		select {
		case <-time.After(wait):
		case <-f.ctx.Done():
		}
		if f.ended() {
			return
		}
	}
}

// ended reports whether nobody listens any more.
func (f *feed) ended() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.reads = len(f.open) > 0 && f.ctx.Err() == nil
	if !f.reads {
		f.latest = nil
	}
	return !f.reads
}

func (f *feed) tell(event []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if bytes.Equal(event, f.latest) {
		return
	}
	f.latest = event
	for told := range f.open {
		select {
		case <-told: // an older event that was not read
		default:
		}
		told <- event
	}
}

// news is the event of now.
func (s *Server) news(ctx context.Context) ([]byte, error) {
	all, err := s.Running(ctx)
	if err != nil {
		return nil, err
	}
	n := news{Trials: map[string]string{}}
	if n.HTML, err = draw(all); err != nil {
		return nil, err
	}
	for _, r := range all {
		for _, t := range r.Trials {
			if t.State != progress.Waiting {
				n.Trials[r.trialFolder(t.ID)] = fmt.Sprint(t.State, t.Step, t.Attempt)
			}
		}
	}
	return json.Marshal(n)
}

func (s *Server) fragment(ctx context.Context) (template.HTML, error) {
	all, err := s.Running(ctx)
	if err != nil {
		return "", err
	}
	return draw(all)
}

func (r Running) trialFolder(id results.TrialID) string {
	return r.Folder + id.Path()[len("trials/"):] + "/"
}

//go:embed running.html
var runningText string

var runningPage = template.Must(template.New("running").Funcs(template.FuncMap{
	"count": table.Count, "number": table.Number, "clean": trial.Clean, "seconds": func(d time.Duration) float64 { return d.Seconds() },
	"time":    func(d time.Duration) string { return d.Round(time.Second).String() },
	"percent": func(s *results.Score) string { return fmt.Sprintf("%.1f", 100*s.Accuracy()) },
}).Parse(runningText))

func draw(all []Running) (template.HTML, error) {
	var b bytes.Buffer
	if err := runningPage.Execute(&b, all); err != nil {
		return "", err
	}
	return template.HTML(b.String()), nil //nolint:gosec // the template has escaped it
}

// Running are the trials that something works on.
func (r Running) Running() (list []shownTrial) {
	for _, t := range r.Trials {
		if t.State == progress.Running {
			list = append(list, shownTrial{t, r.trialFolder(t.ID) + "index.html", r.Time.Sub(t.Since), r.Logs[t.ID.Path()]})
		}
	}
	return list
}

// Counts are the trials by state, in words.
func (r Running) Counts() []string {
	var list []string
	states := maps.Clone(r.States)
	for _, s := range []progress.State{progress.Done, progress.Running, progress.Stopped, progress.Waiting} {
		if states[s] > 0 {
			list = append(list, fmt.Sprintf("%d %s", states[s], s))
		}
	}
	return list
}

type shownTrial struct {
	progress.Trial
	Address string
	Step    time.Duration // since it began
	Log     string
}

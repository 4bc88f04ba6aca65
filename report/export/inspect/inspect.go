// Package inspect writes trials as logs of Inspect AI (https://inspect.aisi.org.uk),
// which `inspect view` shows and inspect_ai.log reads.
//
// A log is a row of the board: an agent in a workflow and a setting of one experiment.
// Its samples are the domains, its epochs the runs; so a sample in an epoch is a
// trial. A sample's transcript has a span for each attempt: the prompt, the model's
// reply, and what came of it. Of a private set there are shares of right answers
// alone. The same trials give the same bytes: identifiers come from digests, and
// times from the record.
//
// The package is not for ranking: intervals are on the leaderboard.
package inspect

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/autodatabench/autodatabench/report/export"
	"github.com/autodatabench/autodatabench/results"
)

// key says which log a trial belongs to.
type key struct {
	experiment, agent string
	workflow          results.Workflow
	setting           results.Setting
}

// Write writes a log for each row of the board, of its scored trials. It returns how
// many trials it left out, since they have no score.
func Write(put export.Put, s export.Source) (left int, err error) {
	rows, order := map[key][]export.Trial{}, []key(nil)
	for _, t := range s.Trials {
		o := t.Outcome
		if run := o.Result(); !run.Accuracy.Known || !run.Base.Known {
			left++
			continue
		}
		k := key{o.Experiment, o.Agent, o.Workflow, o.Setting}
		if rows[k] == nil {
			order = append(order, k)
		}
		rows[k] = append(rows[k], t)
	}
	for _, k := range order {
		l, err := newLog(rows[k])
		if err != nil {
			return left, err
		}
		if err := put(l.name(), len(rows[k]), l.write); err != nil {
			return left, err
		}
	}
	return left, nil
}

// log is a log that is written.
type log struct {
	trials []export.Trial
	first  results.Outcome // of the first trial, with the marks of all
	id     string          // digest of the row and its trials
	model  string
	begun  time.Time
	ended  time.Time
}

func newLog(trials []export.Trial) (*log, error) {
	l := &log{trials: trials, first: trials[0].Outcome}
	for _, t := range trials { // a mark of one trial is one of the log
		l.first.Simulated = l.first.Simulated || t.Outcome.Simulated
		l.first.Embedded = l.first.Embedded || t.Outcome.Embedded
		l.first.Modified = l.first.Modified || t.Outcome.Modified
		l.first.Unsandboxed = l.first.Unsandboxed || t.Outcome.Unsandboxed
	}
	l.model = trials[0].Model.ID(l.first.Agent)
	var names []string
	for _, t := range trials {
		names = append(names, t.Outcome.Experiment, t.Outcome.Path(), t.Outcome.Terms, t.Outcome.Seal)
		begun, ended, err := span(t)
		if err != nil {
			return nil, err
		}
		if l.begun.IsZero() || begun.Before(l.begun) {
			l.begun = begun
		}
		if ended.After(l.ended) {
			l.ended = ended
		}
	}
	l.id = digest(names...)
	return l, nil
}

// name is the log's file: when it began, what it is of, and its identifier.
func (l *log) name() string {
	at := l.begun.UTC().Format("2006-01-02T15-04-05") + "+00-00"
	return strings.Join([]string{at, l.task(), l.id}, "_") + ".eval"
}

func (l *log) task() string {
	return strings.Join([]string{l.first.Experiment, l.first.Agent, string(l.first.Workflow), string(l.first.Setting)}, "-")
}

// write writes the log's parts, a trial in memory at a time.
func (l *log) write(w io.Writer) error {
	z := zip.NewWriter(w)
	begin := start{schema, l.spec(), l.plan()}
	if err := add(z, "_journal/start.json", begin); err != nil {
		return err
	}
	var short []sampleSummary
	models, roles := usage{}, usage{}
	for _, t := range l.trials {
		one, err := l.sample(t)
		if err != nil {
			return err
		}
		if err := add(z, fmt.Sprintf("samples/%s_epoch_%d.json", one.ID, one.Epoch), one); err != nil {
			return err
		}
		short = append(short, one.short())
		models, roles = models.add(one.Models[l.model]), roles.add(one.Roles[teacher])
	}
	scores, reductions := l.scores(short)
	last := header{
		Version: schema, Status: "success", Eval: begin.Eval, Plan: begin.Plan,
		Results: summary{Total: len(short), Completed: len(short), Scores: scores},
		Stats:   stats{l.begun.UTC(), l.ended.UTC(), map[string]usage{l.model: models}, map[string]usage{teacher: roles}},
	}
	for _, part := range []struct {
		name string
		of   any
	}{{"_journal/summaries/1.json", short}, {"summaries.json", short}, {"reductions.json", reductions}, {"header.json", last}} {
		if err := add(z, part.name, part.of); err != nil {
			return err
		}
	}
	return z.Close()
}

// add adds a part; it has no time, so that equal logs have equal bytes.
func add(z *zip.Writer, name string, part any) error {
	w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
	if err != nil {
		return err
	}
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	return out.Encode(part)
}

func (l *log) spec() spec {
	o := l.first
	title := fmt.Sprintf("AutoDataBench %s, %s, %s", o.Suite, o.Workflow, o.Setting)
	var tags []string
	for tag, on := range map[string]bool{"simulated": o.Simulated, "embedded student": o.Embedded, "modified protocol": o.Modified, "no sandbox": o.Unsandboxed} {
		if on {
			tags = append(tags, tag)
		}
	}
	slices.Sort(tags)
	if o.Simulated {
		title += " (simulated)"
	}
	s := spec{
		EvalID: l.id, RunID: l.id, TaskID: l.id, Created: l.begun.UTC(), Task: "autodatabench/" + l.task(), Title: title, Tags: tags,
		Args:  object{"workflow": o.Workflow, "setting": o.Setting},
		Model: l.model, Dataset: dataset{Name: "AutoDataBench " + o.Suite, IDs: l.domains()}, Config: config{l.runs(), []string{reducer}},
		Packages: map[string]string{"autodatabench": l.trials[0].Version},
		Metadata: object{
			"experiment": o.Experiment, "agent": o.Agent, "agent_title": l.trials[0].Model.Title, "teacher": o.Teacher, "student": o.Student,
			"suite": o.Suite, "protocol": o.Protocol, "protocol_modified": o.Modified, "protocol_digest": o.ProtocolDigest,
			"student_digest": o.StudentDigest, "simulated": o.Simulated, "embedded_student": o.Embedded, "unsandboxed": o.Unsandboxed,
		},
	}
	s.Dataset.Samples = len(s.Dataset.IDs)
	for _, f := range figures() {
		s.Scorers = append(s.Scorers, scorer{f.name, []object{{"name": reducer}}})
	}
	return s
}

// domains are the log's samples, in the order of its trials.
func (l *log) domains() (list []string) {
	for _, t := range l.trials {
		if d := string(t.Outcome.Domain); !slices.Contains(list, d) {
			list = append(list, d)
		}
	}
	return list
}

func (l *log) runs() (most int) {
	for _, t := range l.trials {
		most = max(most, t.Outcome.Run)
	}
	return most
}

func (l *log) plan() plan {
	return plan{"plan", []object{{"solver": "autodatabench/" + string(l.first.Workflow), "params": object{"setting": l.first.Setting}}}}
}

// digest is an identifier made of the parts.
func digest(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\n")))
	return hex.EncodeToString(sum[:11])
}

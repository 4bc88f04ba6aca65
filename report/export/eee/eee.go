// Package eee writes trials as files of Every Eval Ever, a schema in which people keep
// evaluations of all kinds side by side (https://evalevalai.com).
//
// A trial is an evaluation of its agent's model: what the model came to as a data
// engineer. Its figures are the trained student's. Of a private set there are shares
// of right answers alone; single answers are to the public set. The same trials give
// the same bytes: identifiers come from a digest, and the time from the trial's last
// event.
//
// The package is not for ranking: pooled rows and intervals are on the leaderboard.
package eee

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/autodatabench/autodatabench/report/export"
	"github.com/autodatabench/autodatabench/report/trial"
	"github.com/autodatabench/autodatabench/results"
)

// Relationships are the words of the schema for how an evaluator stands to the model.
func Relationships() []string {
	return []string{"first_party", "third_party", "collaborative", "other"}
}

// By says who evaluated.
type By struct {
	Organization string
	Relationship string // one of [Relationships]
}

// Write writes a file for each scored trial of the source, and beside it the chosen
// student's answers to the public set, where there are any and the task is known. It
// returns how many trials it left out, since they have no score.
func Write(put export.Put, s export.Source, by By) (left int, err error) {
	for _, t := range s.Trials {
		if run := t.Outcome.Result(); !run.Accuracy.Known || !run.Base.Known {
			left++
			continue
		}
		view, err := trial.Follow(t.Dir)
		if err != nil {
			return left, err
		}
		e, at := evaluationOf(t, view, by), fileOf(t)
		lines, err := samplesOf(t, view, s, e)
		if err != nil {
			return left, err
		}
		if len(lines) > 0 {
			var text []byte
			for _, l := range lines {
				text = append(text, l...)
			}
			name := strings.TrimSuffix(at, ".json") + "_samples.jsonl"
			e.Detailed = &samples{Format: "jsonl", Path: name, Hash: "sha256", Checksum: digest(string(text)), Rows: len(lines)}
			if err := put(name, len(lines), func(w io.Writer) error { _, err := w.Write(text); return err }); err != nil {
				return left, err
			}
		}
		err = put(at, 1, func(w io.Writer) error {
			out := json.NewEncoder(w)
			out.SetIndent("", "  ")
			return out.Encode(e)
		})
		if err != nil {
			return left, err
		}
	}
	return left, nil
}

// fileOf is where the schema's data store has the trial: by its model, under an
// identifier in the form of a random one, which is the digest of the trial's name,
// terms and seal.
func fileOf(t export.Trial) string {
	o := t.Outcome
	sum := sha256.Sum256([]byte(strings.Join([]string{o.Experiment, o.Path(), o.ProtocolDigest, o.StudentDigest, o.TaskDigest, o.Terms, o.Seal}, "\n")))
	sum[6], sum[8] = sum[6]&0x0f|0x40, sum[8]&0x3f|0x80
	h := hex.EncodeToString(sum[:16])
	id := strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:]}, "-")
	developer, name, _ := strings.Cut(t.Model.ID(o.Agent), "/")
	return path.Join("data", "autodatabench", developer, strings.ReplaceAll(name, "/", "_"), id+".json")
}

func evaluationOf(t export.Trial, v trial.View, by By) evaluation {
	o, id, ended := t.Outcome, t.Model.ID(t.Outcome.Agent), strconv.FormatInt(v.Last.Unix(), 10)
	e := evaluation{
		SchemaVersion: Version,
		ID:            strings.Join([]string{"autodatabench", o.Experiment, strings.TrimPrefix(o.Path(), "trials/"), id, ended}, "/"),
		Evaluated:     v.Last.UTC().Format(time.RFC3339), Retrieved: ended,
		Source:  source{Name: "AutoDataBench", Type: "evaluation_run", Organization: by.Organization, Relationship: by.Relationship},
		Library: library{"autodatabench", t.Version},
		Model:   modelOf(t, id),
		Results: resultsOf(t, v),
	}
	if o.Simulated {
		e.Source.Details = details{"simulated": "true", "note": "the agent or the teacher is a program: this measures no LLM"}
	}
	return e
}

func modelOf(t export.Trial, id string) model {
	deployment := "unknown"
	if t.Model.Hosted {
		deployment = "externally_managed"
	}
	d := details{
		"deployment_type": deployment, "model_availability": "unknown", "agent": t.Outcome.Agent,
		"simulated": strconv.FormatBool(t.Outcome.Simulated),
	}
	if t.Model.Provider != "" {
		d["provider"] = t.Model.Provider
	}
	return model{Name: t.Model.Title, ID: id, Details: d}
}

// sampled names the figure that the samples belong to.
const sampled = "public_accuracy"

func resultsOf(t export.Trial, v trial.View) (list []result) {
	o := t.Outcome
	run := o.Result()
	add := func(id, set string, n results.Number, m metric, d details) {
		if !n.Known {
			return
		}
		m.ID, m.Type = "autodatabench."+id, "continuous"
		if id == "private_accuracy" || id == sampled {
			m.ID = "accuracy"
		}
		list = append(list, result{
			ID: id, Name: fmt.Sprintf("autodatabench %s %s: %s", o.Suite, o.Domain, strings.ReplaceAll(id, "_", " ")),
			Data:   dataset{fmt.Sprintf("AutoDataBench %s: %s, %s set", o.Suite, o.Domain, set), "other", details{"task_digest": o.TaskDigest}},
			Metric: m, Score: score{n.Value, d}, Generation: generationOf(o, v),
		})
	}
	valid := o.ValidAttempts > 0
	items := details{"valid_submission": strconv.FormatBool(valid), "items": strconv.Itoa(o.BasePrivate.Total), "trainings": strconv.Itoa(len(o.Finals)), "base_accuracy": decimal(run.Base.Value)}
	accuracy := metric{Name: "Accuracy", Kind: "accuracy", Unit: "proportion", Min: 0, Max: 1}
	accuracy.Description = "share of the private set that a student answers rightly which was trained on the rows that the model's programs made"
	if !valid {
		accuracy.Description = "share of the private set that the untrained student answers rightly: the model's programs made no valid set of rows"
	}
	add("private_accuracy", "private", run.Accuracy, accuracy, items)
	add("gain", "private", run.Gain(), metric{
		Description: "relative gain of the private accuracy over the untrained student's",
		Name:        "Gain", Kind: "relative_gain", Unit: "percent", Min: -100, Max: "Infinity",
	}, items)
	add("mats", "private", run.MATS, metric{
		Description: "attempts per valid submission", Name: "MATS", Kind: "attempts", Unit: "attempts", Lower: true, Min: 1, Max: "Infinity",
	}, details{"attempts": strconv.Itoa(o.Attempts), "valid_attempts": strconv.Itoa(o.ValidAttempts)})
	if o.Public != nil {
		accuracy.Description = "the same of the public set, on which the model had feedback"
		add(sampled, "public", results.Num(o.Public.Accuracy(), o.Public.Total > 0), accuracy,
			details{"items": strconv.Itoa(o.Public.Total), "base_accuracy": decimal(o.BasePublic.Accuracy())})
	}
	return list
}

func generationOf(o results.Outcome, v trial.View) *generation {
	g := &generation{Details: details{
		"workflow": string(o.Workflow), "setting": string(o.Setting), "run": strconv.Itoa(o.Run), "seed": strconv.FormatInt(o.Seed, 10),
		"teacher": o.Teacher, "student": o.Student, "protocol": o.Protocol, "protocol_modified": strconv.FormatBool(o.Modified),
		"protocol_digest": o.ProtocolDigest, "student_digest": o.StudentDigest, "task_digest": o.TaskDigest,
		"embedded_student": strconv.FormatBool(o.Embedded), "simulated": strconv.FormatBool(o.Simulated),
		"teacher_calls": strconv.Itoa(o.Usage.TeacherCalls), "teacher_calls_most": strconv.Itoa(v.Budget.TeacherCalls), "ended": string(o.End),
	}}
	g.Args.Attempts = v.Budget.Attempts
	if o.Workflow == results.Iterative {
		g.Args.Attempts = v.Budget.Iterations
	}
	g.Args.Sandbox.Type = "bubblewrap"
	if o.Unsandboxed {
		g.Args.Sandbox.Type = "none"
	}
	return g
}

// samplesOf are the lines of the answers to the public set after the chosen attempt;
// none where a question is not known here, since a sample needs its question.
func samplesOf(t export.Trial, v trial.View, s export.Source, e evaluation) (lines [][]byte, err error) {
	if v.Best == 0 || t.Outcome.Public == nil {
		return nil, nil
	}
	known, err := s.Public(t)
	if err != nil {
		return nil, err
	}
	public, err := t.Dir.Attempt(v.Best).Public().Read()
	if err != nil {
		return nil, err
	}
	for _, j := range public.Judged {
		q, ok := known[j.Item]
		if !ok {
			return nil, nil
		}
		line, err := lineOf(sampleOf(t, e, j, q))
		if err != nil {
			return nil, err
		}
		lines = append(lines, line)
	}
	return lines, nil
}

func sampleOf(t export.Trial, e evaluation, j results.Judged, q export.Question) sample {
	one := sample{
		SchemaVersion: Version, Evaluation: e.ID, Model: e.Model.ID, Result: sampled,
		Name: fmt.Sprintf("autodatabench %s %s: public accuracy", t.Outcome.Suite, t.Outcome.Domain),
		ID:   j.Item, Hash: digest(q.Text + q.Answer), Interaction: "single_turn",
		Input: input{q.Text, []string{q.Answer}}, Output: output{[]string{j.Response}}, Answers: []attribution{},
		Metadata: details{"answered_by": t.Outcome.Student + ", trained on the model's rows", "verdict": j.Reason},
	}
	if j.Extracted != "" {
		one.Answers = append(one.Answers, attribution{0, "output.raw", j.Extracted, "custom", true})
	}
	if j.Correct {
		one.Verdict = verdict{1, true}
	}
	return one
}

// lineOf is the sample as one line, also for readers that take more than a newline for
// the end of one: such characters are escaped.
func lineOf(s sample) ([]byte, error) {
	line, err := json.Marshal(s) // which escapes U+2028 and U+2029
	return append(bytes.ReplaceAll(line, []byte("\u0085"), []byte(`\u0085`)), '\n'), err
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func decimal(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

package verify

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/bundle"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/audit"
	"github.com/autodatabench/autodatabench/tasks/mini"
)

var printTable = flag.Bool("table", false, "print the table of tampering")

// tampering is a way in which somebody changes a bundle. It packs what is left anew, so
// that the digests of the manifest hold.
type tampering struct {
	what  string
	name  Name   // of the check that finds it
	place string // that it names, a part of it
	do    func(f *forger)
}

// With a forger's seals and scores made anew, only what does not follow from them tells.
func consistent(do func(f *forger)) func(f *forger) {
	return func(f *forger) { do(f); f.consistent() }
}

const (
	final1  = "/final/1/"
	public1 = "/attempts/1/public.json"
)

func flip(data []byte) []byte { data[len(data)/2] ^= 1; return data }

// edited are files with one byte changed, and nothing else.
var edited = []tampering{
	{"the log of scores", Log, "scores.jsonl", func(f *forger) { f.text("scores.jsonl", flip) }},
	{"the lock", Log, "experiment.lock.json", func(f *forger) { f.replace("experiment.lock.json", `"runs": 1`, `"runs": 2`) }},
	{"the experiment file", Terms, "experiment.lock.json", func(f *forger) { f.replace("experiment.yaml", "runs: 1", "runs: 2") }},
	{"an agent's definition", Definitions, "agents/pipeline.json", func(f *forger) { f.replace("agents/pipeline.json", `"engineer": "pipeline"`, `"engineer": "adaptive"`) }},
	{"the base student's public answers", Public, "base/science/public.json", func(f *forger) { f.replace("base/science/public.json", `"correct": false`, `"correct": true`) }},
	{"the base student's score", Scores, "base/science/private", func(f *forger) { f.replace("base/science/private/score.json", `"correct": `, `"correct": 1`) }},
	{"the base student's predictions", Scores, "base/science/private", func(f *forger) { f.text("base/science/private/predictions.jsonl", flip) }},
	{"an event", States, pipeline, func(f *forger) { f.replace(pipeline+"/events.jsonl", `"exit_code":0`, `"exit_code":1`) }},
	{"the ledger", Budgets, pipeline, func(f *forger) { f.replace(pipeline+"/ledger.jsonl", `"output_tokens":`, `"output_tokens":1`) }},
	{"the seal", Seals, pipeline, func(f *forger) { f.replace(pipeline+"/seal.json", `"head": "`, `"head": "0`) }},
	{"a prompt", Attempts, pipeline, func(f *forger) { f.replace(pipeline+"/attempts/1/prompt.json", "data", "date") }},
	{"a reply", Attempts, pipeline, func(f *forger) { f.replace(pipeline+"/attempts/1/reply.json", "import", "Import") }},
	{"a plan", Attempts, pipeline, func(f *forger) { f.text(pipeline+"/attempts/1/plan.md", flip) }},
	{"a program", Attempts, pipeline, func(f *forger) { f.text(pipeline+"/attempts/1/code.py", flip) }},
	{"a program's output", Seals, pipeline, func(f *forger) { f.text(pipeline+"/attempts/1/run.log", flip) }},
	{"a submission", Attempts, pipeline, func(f *forger) { f.text(pipeline+"/attempts/1/submission.json", flip) }},
	{"a verdict", Attempts, pipeline, func(f *forger) { f.replace(pipeline+"/attempts/1/check.json", `"kept": 40`, `"kept": 41`) }},
	{"a training's report", Attempts, pipeline, func(f *forger) { f.replace(pipeline+"/attempts/1/train.json", `"updates": `, `"updates": 1`) }},
	{"a public score", Attempts, pipeline, func(f *forger) { f.replace(pipeline+public1, `"correct": false`, `"correct": true`) }},
	{"the rows of the final score", Seals, pipeline + "/final/1", func(f *forger) { f.replace(pipeline+final1+"submission.json", "output", "0utput") }},
	{"a final score", Seals, pipeline, func(f *forger) { f.replace(pipeline+final1+"score.json", `"correct": `, `"correct": 1`) }},
	{"a final score's seed", Seals, pipeline, func(f *forger) { f.replace(pipeline+final1+"score.json", `"seed": `, `"seed": 1`) }},
	{"final predictions", Seals, pipeline, func(f *forger) { f.replace(pipeline+final1+"predictions.jsonl", `"correct":false`, `"correct":true`) }},
	{"the teacher's answers", Teacher, careless, func(f *forger) { f.remove(careless + "/teacher"); f.rename(pipeline+"/teacher", careless+"/teacher") }},
}

// moved are files and trials that lie elsewhere, or nowhere.
var moved = []tampering{
	{"no log of scores", Log, "fixture", func(f *forger) { f.remove("scores.jsonl") }},
	{"no experiment file", Terms, "experiment.lock.json", func(f *forger) { f.remove("experiment.yaml") }},
	{"no seal", Seals, pipeline, func(f *forger) { f.remove(pipeline + "/seal.json") }},
	{"no ledger", Budgets, pipeline, func(f *forger) { f.remove(pipeline + "/ledger.jsonl") }},
	{"no reply", Attempts, pipeline, func(f *forger) { f.remove(pipeline + "/attempts/2/reply.json") }},
	{"no final score", Seals, pipeline + "/final/1", func(f *forger) { f.remove(pipeline + "/final") }},
	{"an attempt taken out", Attempts, pipeline, func(f *forger) { f.remove(pipeline + "/attempts/3") }},
	{"an attempt put in", Seals, pipeline, func(f *forger) {
		f.must(os.CopyFS(f.path(pipeline+"/attempts/4"), os.DirFS(f.path(pipeline+"/attempts/3"))))
	}},
	{"two trials' final scores exchanged", Seals, pipeline, func(f *forger) {
		f.rename(pipeline+"/final", "aside")
		f.rename(careless+"/final", pipeline+"/final")
		f.rename("aside", careless+"/final")
	}},
	{"another trial's folder", States, careless, func(f *forger) { f.remove(careless); f.must(os.CopyFS(f.path(careless), os.DirFS(f.path(pipeline)))) }},
	{"a further final seed", Seals, pipeline, func(f *forger) { f.must(os.CopyFS(f.path(pipeline+"/final/2"), os.DirFS(f.path(pipeline+"/final/1")))) }},
	{"a line of the log taken out", Log, "fixture", func(f *forger) {
		f.text("scores.jsonl", func(data []byte) []byte { _, rest, _ := bytes.Cut(data, []byte("\n")); return rest })
	}},
	{"an event taken out", States, pipeline, func(f *forger) {
		f.text(pipeline+"/events.jsonl", func(data []byte) []byte {
			lines := bytes.SplitAfter(data, []byte("\n"))
			return bytes.Join(append(lines[:3:3], lines[4:]...), nil)
		})
	}},
	{"a call of the ledger taken out", Budgets, pipeline, func(f *forger) {
		f.text(pipeline+"/ledger.jsonl", func(data []byte) []byte {
			lines := bytes.SplitAfter(data, []byte("\n"))
			return bytes.Join(append(lines[:3:3], lines[5:]...), nil)
		})
	}},
}

// forged are changes after which chains, seals and the log of scores were made anew.
var forged = []tampering{
	{"a better public score", Attempts, pipeline, consistent(func(f *forger) {
		f.events(pipeline, "public.scored", func(data map[string]any) { data["correct"] = 99 })
	})},
	{"better verdicts on public answers", Public, public1[1:], consistent(func(f *forger) {
		n := 0
		f.object(pipeline+public1, func(o map[string]any) {
			for _, j := range o["judged"].([]any) {
				j.(map[string]any)["correct"] = true
				n++
			}
			o["score"].(map[string]any)["correct"] = n
		})
		first := true
		f.events(pipeline, "public.scored", func(data map[string]any) {
			if first {
				data["correct"], first = n, false
			}
		})
	})},
	{"an attempt that the workflow would not take", States, pipeline, consistent(func(f *forger) {
		f.events(pipeline, "attempt.started", func(data map[string]any) {
			if fmt.Sprint(data["n"]) == "2" {
				data["op"] = "repair"
			}
		})
	})},
	{"an end before the last attempt", States, pipeline, consistent(func(f *forger) {
		f.lines(pipeline+"/events.jsonl", func(i int, o map[string]any) map[string]any {
			if i >= 13 && o["kind"] != "trial.ended" {
				return nil
			}
			return o
		})
	})},
	{"fewer calls of the teacher in the events", Budgets, pipeline, consistent(func(f *forger) {
		f.events(pipeline, "code.executed", func(data map[string]any) { data["teacher_calls"] = 1 })
	})},
	{"fewer tokens of the teacher in the ledger", Budgets, pipeline, consistent(func(f *forger) {
		f.lines(pipeline+"/ledger.jsonl", func(_ int, o map[string]any) map[string]any {
			if o["kind"] == "settle" {
				o["output_tokens"] = 0
			}
			return o
		})
	})},
	{"a larger budget in one trial", Terms, pipeline, consistent(func(f *forger) {
		f.spec(pipeline, func(s map[string]any) {
			s["protocol"].(map[string]any)["budget"].(map[string]any)["teacher_calls"] = 20_000
		})
	})},
	{"a larger budget, in the lock too", Terms, "experiment.lock.json", consistent(func(f *forger) {
		more := func(p any) { p.(map[string]any)["budget"].(map[string]any)["teacher_calls"] = 20_000 }
		f.object("experiment.lock.json", func(o map[string]any) { more(o["protocol"]) })
		for _, trial := range []string{pipeline, careless} {
			f.spec(trial, func(s map[string]any) { more(s["protocol"]) })
		}
	})},
	{"a modified protocol that says it is none", Terms, "experiment.lock.json", consistent(func(f *forger) {
		f.object("experiment.lock.json", func(o map[string]any) { delete(o["protocol"].(map[string]any), "modified") })
		for _, trial := range []string{pipeline, careless} {
			f.spec(trial, func(s map[string]any) { delete(s["protocol"].(map[string]any), "modified") })
		}
	})},
	{"a simulated teacher that says it is none", Marks, pipeline, consistent(func(f *forger) {
		f.spec(pipeline, func(s map[string]any) { s["simulated"] = false })
	})},
	{"a simulated teacher that the experiment file calls a model", Marks, pipeline, consistent(func(f *forger) { f.real() })},
	{"a teacher that the record calls a model, too", Marks, "agent pipeline is no LLM", consistent(func(f *forger) { f.real(); f.renamed() })},
	{"the same without the definitions", Marks, "agent pipeline is no LLM", consistent(func(f *forger) { f.real(); f.renamed(); f.remove("agents") })},
	{"the same with a program in place of the agent", Marks, "agent pipeline is no LLM", consistent(func(f *forger) {
		f.real()
		f.renamed()
		f.object("agents/pipeline.json", func(o map[string]any) {
			clear(o)
			o["name"], o["provider"], o["command"], o["folder"] = "pipeline", "command", []string{"python3"}, "/"
		})
	})},
	{"a simulated teacher of another kind", Marks, pipeline, consistent(func(f *forger) {
		f.real()
		f.renamed()
		f.teacher(map[string]any{"kind": "rewording"}, "teacher: {kind: rewording}")
	})},
	{"more runs than anybody makes", Terms, "experiment.lock.json", consistent(func(f *forger) {
		f.object("experiment.lock.json", func(o map[string]any) { o["file"].(map[string]any)["runs"] = 2_000_000_000 })
	})},
	{"a run without a sandbox that says it had one", Marks, pipeline, consistent(func(f *forger) {
		f.replace("experiment.yaml", "name:", "sandbox: {kind: none}\nname:")
		f.object("experiment.lock.json", func(o map[string]any) {
			o["file"].(map[string]any)["sandbox"].(map[string]any)["kind"] = "none"
		})
	})},
	{"another agent's digest", Terms, pipeline, consistent(func(f *forger) {
		f.spec(pipeline, func(s map[string]any) { s["agent_digest"] = strings.Repeat("0", 64) })
	})},
	{"another agent's definition, in the lock too", Definitions, "agents/pipeline.json", consistent(func(f *forger) {
		f.object("experiment.lock.json", func(o map[string]any) { o["agents"].(map[string]any)["pipeline"] = strings.Repeat("0", 64) })
		f.spec(pipeline, func(s map[string]any) { s["agent_digest"] = strings.Repeat("0", 64) })
	})},
	{"a chosen seed of the trial", Terms, pipeline, consistent(func(f *forger) {
		f.spec(pipeline, func(s map[string]any) { s["seed"] = 7 })
	})},
	{"a chosen seed of the final training", Scores, pipeline + "/final/1", consistent(func(f *forger) {
		f.object(pipeline+final1+"score.json", func(o map[string]any) { o["seed"] = 7 })
	})},
	{"a longer training for the final score", Scores, pipeline + "/final/1", consistent(func(f *forger) {
		f.object(pipeline+final1+"score.json", func(o map[string]any) {
			o["terms"].(map[string]any)["recipe"].(map[string]any)["epochs"] = 99
		})
	})},
	{"other rows for the final score", Scores, pipeline + "/final/1", consistent(func(f *forger) {
		f.text(pipeline+final1+"submission.json", func([]byte) []byte {
			data, err := os.ReadFile(f.path(careless + final1 + "submission.json"))
			f.must(err)
			return data
		})
	})},
	{"another attempt made the best one", Scores, pipeline + "/final/1", consistent(func(f *forger) {
		other := f.best(pipeline)%3 + 1
		f.object(fmt.Sprintf("%s/attempts/%d/public.json", pipeline, other), func(o map[string]any) {
			for _, j := range o["judged"].([]any) {
				j.(map[string]any)["correct"] = true
			}
			o["score"].(map[string]any)["correct"] = 100
		})
		n := 0
		f.events(pipeline, "public.scored", func(data map[string]any) {
			if n++; n == other {
				data["correct"] = 100
			}
		})
	})},
	{"better verdicts on private answers", Private, pipeline + "/final/1", consistent(func(f *forger) {
		f.private(pipeline+final1, func(j map[string]any) { j["correct"] = true })
	})},
	{"a worse base student", Private, "base/science/private", consistent(func(f *forger) {
		f.private("base/science/private/", func(j map[string]any) { j["correct"] = false })
	})},
	{"more items than the private set has", Private, pipeline + "/final/1", consistent(func(f *forger) {
		f.object(pipeline+final1+"score.json", func(o map[string]any) {
			p := o["private"].(map[string]any)
			p["total"], p["items"] = 299, p["items"].(string)[:299]
			p["correct"] = strings.Count(p["items"].(string), "1")
			delete(p, "groups")
		})
		f.cutLine(pipeline + final1)
	})},
	{"a better audit", Audit, pipeline, func(f *forger) {
		dir := record.Trial(f.path(pipeline))
		scores, err := f.root.OpenScores()
		f.must(err)
		task, err := mini.Load(results.Science)
		f.must(err)
		in, _, err := audit.OpenWith(scores, dir, f.id(pipeline), task, "")
		f.must(err)
		r, err := audit.Run(in)
		f.must(err)
		r.Audit.Rows++
		f.must(dir.AuditFile().Write(r.Audit))
	}},
	{"a trial of another experiment", Terms, pipeline, consistent(func(f *forger) {
		f.spec(pipeline, func(s map[string]any) { s["experiment"] = "other" })
	})},
}

// real says of the experiment that its teacher is a model behind a server.
func (f *forger) real() {
	f.teacher(map[string]any{"kind": "openai", "base_url": "http://127.0.0.1:9/v1", "model": "m"},
		`teacher: {kind: openai, base_url: "http://127.0.0.1:9/v1", model: m}`)
	for _, trial := range []string{pipeline, careless} {
		f.spec(trial, func(s map[string]any) { s["simulated"] = false })
	}
}

func (f *forger) teacher(lock map[string]any, file string) {
	f.text("experiment.yaml", func(data []byte) []byte { return append(data, "\n"+file+"\n"...) })
	f.object("experiment.lock.json", func(o map[string]any) { o["file"].(map[string]any)["teacher"] = lock })
}

// renamed has lock and trials name a teacher that is none of the program's.
func (f *forger) renamed() {
	f.object("experiment.lock.json", func(o map[string]any) { o["teacher"] = "sha256:" + strings.Repeat("0", 64) })
	for _, trial := range []string{pipeline, careless} {
		f.spec(trial, func(s map[string]any) { s["teacher"] = "m" })
	}
}

// spec changes the trial's terms, which its first event holds.
func (f *forger) spec(trial string, change func(s map[string]any)) {
	f.t.Helper()
	f.events(trial, "trial.started", change)
}

// private changes the verdicts behind a private score, and the score with them.
func (f *forger) private(dir string, change func(j map[string]any)) {
	f.t.Helper()
	var lines [][]byte
	items, correct := "", 0
	f.text(dir+"predictions.jsonl", func(data []byte) []byte {
		for line := range bytes.Lines(data) {
			j := map[string]any{}
			f.must(json.Unmarshal(line, &j))
			change(j)
			bit := "0"
			if j["correct"] == true {
				bit, correct = "1", correct+1
			}
			items += bit
			out, err := json.Marshal(j)
			f.must(err)
			lines = append(lines, append(out, '\n'))
		}
		return bytes.Join(lines, nil)
	})
	f.scored(dir, func(p map[string]any) { p["items"], p["correct"] = items, correct })
}

// scored changes a private score, which then names the predictions beside it.
func (f *forger) scored(dir string, change func(p map[string]any)) {
	f.t.Helper()
	f.object(dir+"score.json", func(o map[string]any) {
		change(o["private"].(map[string]any))
		o["predictions"] = f.digest(dir + "predictions.jsonl")
	})
}

// cutLine takes the last prediction away.
func (f *forger) cutLine(dir string) {
	f.t.Helper()
	f.text(dir+"predictions.jsonl", func(data []byte) []byte {
		return data[:bytes.LastIndexByte(data[:len(data)-1], '\n')+1]
	})
	f.scored(dir, func(map[string]any) {})
}

// TestTampering changes a bundle in many ways, as people would who do not know the
// format and as people would who do, and asks that the verification names each.
func TestTampering(t *testing.T) {
	var rows []string
	for group, list := range map[string][]tampering{"edited": edited, "moved": moved, "forged": forged} {
		for _, c := range list {
			t.Run(group+"/"+c.what, func(t *testing.T) {
				f, _ := unpacked(t)
				c.do(f)
				r := verified(t, f.pack(bundle.Options{Predictions: true}))
				found := ""
				for _, check := range r.Failures() {
					if check.Name == c.name && strings.Contains(check.Place+" "+check.Text, c.place) {
						found = check.Text
					}
				}
				if found == "" {
					t.Errorf("%s at %s does not fail; what fails: %+v", c.name, c.place, r.Failures())
				}
				if strings.Contains(fmt.Sprint(r.Failures()), os.TempDir()) {
					t.Errorf("a place is none of the bundle's: %+v", r.Failures())
				}
				rows = append(rows, fmt.Sprintf("| %s | %s | %s | %s |", group, c.what, c.name, found))
			})
		}
	}
	if n := len(edited) + len(moved) + len(forged); n < 40 {
		t.Errorf("%d kinds of tampering", n)
	}
	if *printTable {
		fmt.Println("| bundle | what was changed | found by | it says |\n|---|---|---|---|")
		for _, row := range rows {
			fmt.Println(row)
		}
	}
}

// An untouched bundle has no failure, also where it leaves out what it may; and a bundle
// of format 1 stays verifiable.
func TestFixtureVerifies(t *testing.T) {
	r := verified(t, fixture)
	if len(r.Failures()) > 0 || len(r.Outcomes) != 2 || r.Judged != 2 {
		t.Errorf("%d outcomes, %d judged: %+v", len(r.Outcomes), r.Judged, r.Failures())
	}
	f, _ := unpacked(t)
	r = verified(t, f.pack(bundle.Options{}))
	if len(r.Failures()) > 0 || r.Judged != 0 {
		t.Errorf("without predictions: %d judged, %+v", r.Judged, r.Failures())
	}
	f.consistent()
	if r = verified(t, f.pack(bundle.Options{Predictions: true})); len(r.Failures()) > 0 {
		t.Errorf("the forger's own work does not hold: %+v", r.Failures())
	}
	r = verified(t, f.pack(bundle.Options{Trials: []results.TrialID{r.Outcomes[0].TrialID}}))
	if len(r.Failures()) > 0 || !strings.Contains(fmt.Sprint(r.Checks), "1 trials of the experiment are not in the bundle, of which its log has 1") {
		t.Errorf("one trial of two: %+v", r.Checks)
	}
}

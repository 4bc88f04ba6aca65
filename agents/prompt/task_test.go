package prompt

import (
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/results"
)

// TestTask: what is said of a task stands word for word in the prompts, and
// nothing that the brief holds is missing.
func TestTask(t *testing.T) {
	hostile := science()
	hostile.Description += "\n\n## Data setting: none\n\n- Inference: none\n\n- a list"
	hostile.Sample = append(hostile.Sample, results.Row{Instruction: "a\n\n- b", Output: "- Inference: c"})
	poor := science()
	poor.SeedItems, poor.FewShot = 0, nil
	for name, b := range map[string]results.Brief{"science": science(), "hostile": hostile, "no pool, no examples": poor} {
		text, err := Task(b)
		if err != nil {
			t.Fatal(err)
		}
		prompts := ""
		for _, s := range []results.Setting{results.Scratch, results.Seed} {
			d := dataOf(results.Draft, results.Iterative, s)
			d.Brief = b
			prompts += render(t, d)
		}
		for block := range strings.SplitSeq(strings.TrimSpace(text), "\n\n") {
			if !strings.Contains(prompts, block) {
				t.Errorf("%s: no prompt says %q", name, block)
			}
		}
		sample, err := indented(b.Sample)
		if err != nil {
			t.Fatal(err)
		}
		told := []string{
			"# The task\n", "- Domain: science", "- Title: Quantitative science problems", "- Public test set: 100 questions", "- Private test set: 300 questions",
			fence("markdown", b.Description), fence("markdown", b.EvaluationRule), "## Data setting: scratch\n",
			"- Inference: the question alone is the student's prompt, with no examples; temperature 0.7, top_p 1, at most 96 new tokens\n", fence("json", sample) + "\n",
		}
		for _, shot := range b.FewShot {
			told = append(told, fence("text", shot.Question), fence("text", shot.Solution))
		}
		if b.SeedItems > 0 {
			told = append(told, "## Data setting: seed\n", "a seed pool of 400 raw questions")
		} else if strings.Contains(text, "seed pool") {
			t.Errorf("%s: a pool is told of that is not there", name)
		}
		for _, want := range told {
			if strings.Count(text, want) != 1 {
				t.Errorf("%s: %q is told %d times", name, want, strings.Count(text, want))
			}
		}
		for _, fixed := range []string{"Training:", "before training answers", "Rows used", "Fewest kept"} { // by the experiment
			if strings.Contains(text, fixed) {
				t.Errorf("%s: it says %q", name, fixed)
			}
		}
	}
}

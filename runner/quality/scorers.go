package quality

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/cut"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/runner/teacher"
)

//go:embed rubric
var rubrics embed.FS

// The questions that a judge is asked about a row, by a fixed rubric.
const (
	Difficulty = "difficulty"
	Quality    = "quality"
)

// The scale of the rubrics, and the most that a judge is shown of each text of a row.
const (
	worstScore, bestScore = 1, 10
	mostShown             = 8_000 // characters
	judgeTokens           = 1_024 // of an answer
)

// Judge asks a model one question about a row.
type Judge struct {
	Model    teacher.Teacher
	Question string // Difficulty | Quality
	Cache    Cache
}

// Measure implements [Scorer].
func (j Judge) Measure() Measure {
	what := map[string]string{Difficulty: "instruction difficulty", Quality: "response quality"}[j.Question]
	return Measure{Name: what + " (judge " + j.Model.Name() + ")", Low: results.Num(worstScore, true), High: results.Num(bestScore, true)}
}

// Score implements [Scorer]. Errors: the model's, and one for an answer without a score.
func (j Judge) Score(ctx context.Context, row results.Row) (float64, error) {
	prompt, err := j.prompt(row)
	if err != nil {
		return 0, err
	}
	return j.Cache.get([]string{"judge", j.Model.Name(), prompt}, func() (float64, error) {
		cold := 0.0
		r, err := j.Model.Complete(ctx, teacher.Request{
			Messages: []teacher.Message{{Role: teacher.User, Content: prompt}}, Temperature: &cold, MaxTokens: judgeTokens,
		})
		if err != nil {
			return 0, err
		}
		return parseScore(r.Content)
	})
}

func (j Judge) prompt(row results.Row) (string, error) {
	rubric, err := rubrics.ReadFile("rubric/" + j.Question + ".txt")
	if err != nil {
		return "", err
	}
	fence := strings.Repeat("=", 20)
	shown := func(text string) string { // it may not end its own frame
		return strings.ReplaceAll(cut.Runes(text, mostShown, " [...]"), fence, "=") + "\n"
	}
	text := string(rubric) + "\n" + fence + " INSTRUCTION\n" + shown(row.Prompt())
	if j.Question == Quality {
		text += fence + " RESPONSE\n" + shown(row.Output)
	}
	return text + fence + " END\nEnd your answer with a line of this form, with a whole number from 1 to 10:\nScore: N\n", nil
}

var (
	scoreWord  = regexp.MustCompile(`(?i)["'*_]*(?:score|rating)["'*_]*\s*(?:[:=]|is)?\s*["'*_]*\s*(-?\d+(?:\.\d+)?)(?:\s*/\s*10)?`)
	scoreAlone = regexp.MustCompile(`^\W*(-?\d+(?:\.\d+)?)(?:\s*/\s*10)?\W*$`)
)

// parseScore reads the last score that an answer names, or a number that is all of it. A
// score off the scale is none.
func parseScore(answer string) (float64, error) {
	found := ""
	if all := scoreWord.FindAllStringSubmatch(answer, -1); len(all) > 0 {
		found = all[len(all)-1][1]
	} else if m := scoreAlone.FindStringSubmatch(strings.TrimSpace(answer)); m != nil {
		found = m[1]
	}
	score, err := strconv.ParseFloat(found, 64)
	switch {
	case found == "" || err != nil:
		return 0, fmt.Errorf("the judge's answer names no score: %q", cut.Runes(answer, 80, "..."))
	case score < worstScore || score > bestScore:
		return 0, fmt.Errorf("the judge's score is %v: want %d to %d", score, worstScore, bestScore)
	}
	return score, nil
}

// score is the mean over the rows. One row that could not be scored leaves no mean: the
// others might be another kind of rows.
func (m Meter) score(ctx context.Context, s Scorer, rows []results.Row) Figure {
	scores, faults := make([]float64, len(rows)), make([]error, len(rows))
	var pool errgroup.Group
	pool.SetLimit(max(1, m.AtATime))
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	for i, row := range rows {
		pool.Go(func() error {
			if faults[i] = ctx.Err(); faults[i] != nil {
				return nil
			}
			if scores[i], faults[i] = s.Score(ctx, row); faults[i] != nil {
				stop() // what the others cost would be lost
			}
			return nil
		})
	}
	pool.Wait()
	f := Figure{Measure: s.Measure(), Rows: len(rows)}
	sum := 0.0
	for i, err := range faults {
		if err != nil && !errors.Is(err, context.Canceled) {
			f.Problem = fmt.Sprintf("row %d: %v", i+1, err)
			return f
		}
		sum += scores[i]
	}
	if context.Cause(ctx) != nil {
		f.Problem = context.Cause(ctx).Error()
		return f
	}
	f.Value = results.Num(sum/float64(len(rows)), !math.IsNaN(sum))
	return f
}

// Cache is a folder that keeps scores, so that no row is paid for twice; empty for none.
// It holds digests and numbers, and no texts.
type Cache string

// kept is a file of the cache.
type kept struct {
	Score float64 `json:"score"`
}

// get is the score that is kept for the words, or the one that ask gives.
func (c Cache) get(of []string, ask func() (float64, error)) (float64, error) {
	if c == "" {
		return ask()
	}
	digest, err := disk.DigestOf(of)
	if err != nil {
		return 0, err
	}
	path := string(c) + "/" + digest[:2] + "/" + digest + ".json"
	var was kept
	if disk.Exists(path) {
		if err := disk.ReadJSON(path, &was); err == nil {
			return was.Score, nil
		} // else it is asked for again
	}
	score, err := ask()
	if err != nil {
		return 0, err
	}
	return score, disk.WriteJSON(path, kept{score})
}

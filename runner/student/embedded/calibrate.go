package embedded

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"autodatabench/results"
	"autodatabench/tasks"
)

// Target is an evaluation set of a domain.
type Target struct {
	Domain    results.Domain
	Items     []tasks.Item
	Evaluator tasks.Evaluator
	Sampling  results.Sampling
}

// Calibration is the accuracy of one training set: shares of correct answers.
type Calibration struct {
	Domain results.Domain `json:"domain"`
	Set    string         `json:"set"` // a training set's name; "base" for no training
	Rows   int            `json:"rows"`
	Mean   float64        `json:"mean"`
	SD     float64        `json:"sd"` // over training seeds; NaN would be 0 for one seed
	Each   []float64      `json:"each"`
}

// Calibrate measures whether the student orders training sets by quality: it
// trains on each set with each seed and scores the target. The base comes
// first. report, which may be nil, gets each line as it is done.
func Calibrate(ctx context.Context, s *Student, recipe results.Recipe, target Target, sets []TrainingSet, seeds []int64, report func(Calibration)) ([]Calibration, error) {
	prompts := make([]string, len(target.Items))
	for i, item := range target.Items {
		prompts[i] = item.Question
	}
	score := func(adapter string) (float64, error) {
		answers, err := s.Generate(ctx, adapter, prompts, target.Sampling, nil)
		if err != nil {
			return 0, err
		}
		_, score := tasks.Evaluate(target.Evaluator, target.Items, answers)
		return score.Accuracy(), nil
	}
	var all []Calibration
	add := func(name string, rows int, each []float64) {
		c := Calibration{Domain: target.Domain, Set: name, Rows: rows, Each: each}
		c.Mean, c.SD = meanSD(each)
		all = append(all, c)
		if report != nil {
			report(c)
		}
	}
	base, err := score("")
	if err != nil {
		return nil, fmt.Errorf("calibrate %s: %w", target.Domain, err)
	}
	add("base", 0, []float64{base})
	folder, err := os.MkdirTemp("", "calibrate")
	if err != nil {
		return nil, results.Infra("", fmt.Errorf("calibrate: %w", err))
	}
	defer os.RemoveAll(folder)
	for i, set := range sets {
		each := make([]float64, len(seeds))
		for j, seed := range seeds {
			dir := filepath.Join(folder, fmt.Sprintf("%d-%d", i, j))
			if _, err := s.Train(ctx, recipe, set.Rows, seed, dir, nil); err != nil {
				return all, fmt.Errorf("calibrate %s on %s: %w", target.Domain, set.Name, err)
			}
			if each[j], err = score(dir); err != nil {
				return all, fmt.Errorf("calibrate %s on %s: %w", target.Domain, set.Name, err)
			}
		}
		add(set.Name, len(set.Rows), each)
	}
	return all, nil
}

// meanSD is the mean and the sample standard deviation, 0 for a single value.
func meanSD(xs []float64) (mean, sd float64) {
	for _, x := range xs {
		mean += x / float64(len(xs))
	}
	if len(xs) < 2 {
		return mean, 0
	}
	for _, x := range xs {
		sd += (x - mean) * (x - mean) / float64(len(xs)-1)
	}
	return mean, math.Sqrt(sd)
}

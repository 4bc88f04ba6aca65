package report

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/report/figure"
	"github.com/autodatabench/autodatabench/report/stats"
	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
)

// Quality is what was measured of sets of rows, and how it goes along with their gain.
type Quality struct {
	Measures     []figure.Measure `json:"measures"` // with Sets, the input of figure 4
	Sets         []figure.Set     `json:"sets"`
	Correlations []Correlation    `json:"correlations"`
	Problems     []string         `json:"problems"` // why values are missing

	trials []QualityTrial // by set
}

// QualityTrial is what is known of the trial whose rows a set is; zero for none.
type QualityTrial struct {
	Domain results.Domain
	Gain   results.Number // %
}

// Correlation is how a measure goes along with the gain over trials.
type Correlation struct {
	Measure string         `json:"measure"`
	Domain  results.Domain `json:"domain,omitempty"` // empty: of all, ranked within domains
	stats.RankCorrelation
}

// NewQuality sums the sets up; trials has one entry for each.
func NewQuality(measures []figure.Measure, sets []figure.Set, trials []QualityTrial, problems []string) Quality {
	q := Quality{Measures: measures, Sets: sets, Correlations: []Correlation{}, Problems: append([]string{}, problems...), trials: trials}
	domains := []results.Domain{""}
	for _, t := range trials {
		if t.Gain.Known && !slices.Contains(domains, t.Domain) {
			domains = append(domains, t.Domain)
		}
	}
	if len(domains) == 2 { // all is the one
		domains = domains[1:]
	}
	if domains[0] == "" && len(domains) == 1 {
		return q
	}
	for i, m := range measures {
		for _, d := range domains {
			q.Correlations = append(q.Correlations, Correlation{m.Name, d, q.correlate(i, d)})
		}
	}
	return q
}

func (q Quality) correlate(measure int, d results.Domain) stats.RankCorrelation {
	var x, y []float64
	var strata []string
	for i, t := range q.trials {
		v := q.Sets[i].Values[measure]
		if !v.Known || !t.Gain.Known || d != "" && t.Domain != d {
			continue
		}
		x, y, strata = append(x, v.Value), append(y, t.Gain.Value), append(strata, string(t.Domain))
	}
	return stats.Spearman(x, y, strata)
}

// mostColumns is how many sets a table shows one by one.
const mostColumns = 4

// Tables returns the measures, and their correlation with the gain.
func (q Quality) Tables() []table.Table {
	heads := []string{"measure"}
	single := len(q.Sets) <= mostColumns
	if single {
		for _, s := range q.Sets {
			heads = append(heads, ">"+s.Name)
		}
	} else {
		heads = append(heads, ">lowest", ">median", ">highest", ">sets")
	}
	t := table.New("Quality of the rows", 1, append(heads, "better")...)
	for i, m := range q.Measures {
		better := m.Better
		if better == "" {
			better = "higher"
		}
		t.Add(append(append([]string{m.Name}, q.cells(i, single)...), better)...)
	}
	t.Note("Diversity: mean cosine distance of two texts. Perplexity: of answer tokens. These measures decide about no rank. A judge's score is no better than the judge.")
	if slices.ContainsFunc(q.Sets, func(s figure.Set) bool { return s.Simulated }) {
		t.Note("Sets of simulated trials were made without an LLM.")
	}
	for _, problem := range q.Problems {
		t.Note("Missing: %s.", problem)
	}
	if len(q.Correlations) == 0 {
		return []table.Table{*t}
	}
	c := table.New("Correlation with the gain over trials", 2, "measure", "domain", ">Spearman's rho", ">95 % interval", ">trials", "why not")
	for _, r := range q.Correlations {
		domain := string(r.Domain)
		if domain == "" {
			domain = "all, within domains"
		}
		c.Add(r.Measure, domain, table.Number(r.Value, 2), between(r.Interval), fmt.Sprint(r.N), r.Why)
	}
	c.Note("The intervals take trials as independent. Trials of one agent resemble each other, so that the true ones are wider. None is adjusted for the number of measures. A correlation is no cause.")
	return []table.Table{*t, *c}
}

// cells are a measure's values by set, or what sums them up.
func (q Quality) cells(measure int, single bool) (cells []string) {
	var known []float64
	for _, s := range q.Sets {
		v := s.Values[measure]
		if single {
			cells = append(cells, table.Number(v, 3))
		}
		if v.Known {
			known = append(known, v.Value)
		}
	}
	if single {
		return cells
	}
	if len(known) == 0 {
		return []string{table.Missing, table.Missing, table.Missing, "0"}
	}
	slices.Sort(known)
	of := func(i int) string { return table.Number(results.Num(known[i], true), 3) }
	return []string{of(0), of(len(known) / 2), of(len(known) - 1), fmt.Sprint(len(known))}
}

// Figure4 is the file that figure 4 is drawn from, as [figure.ReadMeasures] reads it.
func (q Quality) Figure4() ([]byte, error) {
	q.Sets = slices.Clone(q.Sets)
	keep := []int{}
	for i := range q.Measures {
		if slices.ContainsFunc(q.Sets, func(s figure.Set) bool { return s.Values[i].Known }) {
			keep = append(keep, i)
		}
	}
	file := struct {
		Measures []figure.Measure `json:"measures"`
		Sets     []figure.Set     `json:"sets"`
	}{}
	for _, i := range keep {
		file.Measures = append(file.Measures, q.Measures[i])
	}
	for _, s := range q.Sets {
		values := []results.Number{}
		for _, i := range keep {
			values = append(values, s.Values[i])
		}
		s.Values = values
		file.Sets = append(file.Sets, s)
	}
	data, err := json.MarshalIndent(file, "", "  ")
	if err == nil {
		_, err = figure.ReadMeasures(data)
	}
	if err != nil {
		return nil, fmt.Errorf("the file of figure 4: %s", strings.TrimPrefix(err.Error(), "measures: "))
	}
	return append(data, '\n'), nil
}

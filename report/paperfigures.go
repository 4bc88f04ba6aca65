package report

import (
	"slices"

	"github.com/autodatabench/autodatabench/report/figure"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/published"
)

// PaperFigures are the paper's figures of trials as far as its tables have the numbers,
// by name: "3" and "5".
func PaperFigures(t published.Tables) map[string]figure.Figure {
	return map[string]figure.Figure{"3": paperRounds(t), "5": paperErrors(t)}
}

// paperRounds is the end of each curve of the paper's figure 3: the final accuracies of
// Table 4, beside the base accuracies of Table 3.
func paperRounds(t published.Tables) figure.Rounds {
	f := figure.Rounds{
		Head: figure.Head{
			Title: "The paper's figure 3, as far as its tables have it", Subtitle: "Accuracy at the end of each iterative run, from Table 4, and of the base student, from Table 3.",
			Notes: []string{
				"Not published as numbers, and so not drawn: public and private accuracy after each round, and the final accuracy before the last round.",
				"Runs as Table 4 labels them.",
			},
		},
		XLabel: "run", Domains: results.Domains(), Rows: []figure.RoundsRow{},
	}
	base := map[results.Domain]results.Number{}
	for _, b := range t.Base {
		base[b.Domain] = results.Num(b.Accuracy.Value, true)
	}
	for _, id := range paperRows(t, results.Iterative) {
		row := figure.RoundsRow{Name: figure.Name{Text: shownRow(id.Agent, id.Setting), ID: shownRow(published.AgentID(id.Agent), id.Setting)}}
		for _, d := range f.Domains {
			p := figure.RoundsPanel{Base: base[d], Rounds: []figure.Round{}}
			for _, r := range t.Raw {
				if r.Row == id && r.Domain == d {
					p.Rounds = append(p.Rounds, figure.Round{N: r.Run, Final: results.Num(r.Accuracy.Value, true), Runs: 1})
				}
			}
			p.Runs = len(p.Rounds)
			row.Panels = append(row.Panels, p)
		}
		f.Rows = append(f.Rows, row)
	}
	return f
}

// paperErrors is the height of each bar of the paper's figure 5: the share of failed
// attempts that follows from the MATS of Table 4.
func paperErrors(t published.Tables) figure.Errors {
	f := figure.Errors{
		Head: figure.Head{
			Title: "The paper's figure 5, as far as its tables have it", Subtitle: "Failed attempts of the iterative runs in %: 100 (1 - 1 / MATS), mean over the runs of Table 4.",
			Notes: []string{
				"Not published as numbers, and so not drawn: what the attempts failed of, and how many attempts there were.",
				"The paper's figure may count other runs than Table 4. Runs as Table 4 labels them.",
			},
		},
		Domains: []figure.ErrorDomain{},
	}
	for _, d := range results.Domains() {
		panel := figure.ErrorDomain{Domain: d}
		for _, id := range paperRows(t, results.Iterative) {
			var shares []results.Number
			for _, r := range t.Raw {
				if r.Row == id && r.Domain == d {
					shares = append(shares, results.Num(100*(1-1/r.MATS.Value), r.MATS.Value > 0))
				}
			}
			panel.Bars = append(panel.Bars, figure.ErrorBar{
				Name:     figure.Name{Text: shownRow(id.Agent, id.Setting), ID: shownRow(published.AgentID(id.Agent), id.Setting)},
				Failures: map[results.Failure]int{}, Share: results.Mean(shares),
			})
		}
		f.Domains = append(f.Domains, panel)
	}
	return f
}

// paperRows are the rows of Table 4 of the workflow, in its order.
func paperRows(t published.Tables, w results.Workflow) (rows []published.Row) {
	for _, r := range t.Raw {
		if r.Workflow == w && !slices.Contains(rows, r.Row) {
			rows = append(rows, r.Row)
		}
	}
	return rows
}

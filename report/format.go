package report

import (
	"fmt"
	"strings"

	"github.com/autodatabench/autodatabench/report/stats"
	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
)

// percent is the cell of a share.
func percent(n results.Number) string {
	n.Value *= 100
	return table.Number(n, 2)
}

// signed is the cell of a difference, with its sign.
func signed(n results.Number) string {
	if s := table.Number(n, 2); strings.HasPrefix(s, "-") {
		return s
	}
	return "+" + table.Number(n, 2)
}

// spread is the cell of a mean with its standard deviation, if any.
func spread(v stats.Value) string {
	s := table.Number(v.Mean, 2)
	if v.SD.Known {
		s += " ± " + table.Number(v.SD, 1)
	}
	return s
}

// interval is the cell of a figure with its limits.
func interval(in stats.Interval) string {
	if !in.Low.Known {
		return table.Missing
	}
	if !in.High.Known {
		return "over " + table.Number(in.Low, 2)
	}
	return fmt.Sprintf("%s (%s-%s)", table.Number(in.Value, 2), table.Number(in.Low, 2), table.Number(in.High, 2))
}

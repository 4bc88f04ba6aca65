package site

import (
	"context"
	"fmt"
	"io/fs"

	"errors"

	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
)

// sideShown is a page of trials side by side.
type sideShown struct {
	sideData
	Columns []sideColumn
	Most    int // attempts
}

// sideColumn is a trial among others.
type sideColumn struct {
	trialLink
	Name     string
	Accuracy string // private, in %
	Gain     string
	Calls    string
	Time     string
	Attempts []sideCell
	Why      string // why there is nothing of it
}

type sideCell struct {
	Op, Outcome, Address string
	Chosen               bool
	Accuracy             results.Number
}

// At is attempt n, from 1, of the trial, nil where it has none.
func (c sideColumn) At(n int) *sideCell {
	if n > len(c.Attempts) {
		return nil
	}
	return &c.Attempts[n-1]
}

// Range counts from 1 to the most attempts.
func (s sideShown) Range() []int {
	list := make([]int, s.Most)
	for i := range list {
		list[i] = i + 1
	}
	return list
}

func (s *Site) side(address string, d sideData) ([]byte, error) {
	page := sideShown{sideData: d}
	for _, link := range d.Trials {
		column := s.column(link)
		page.Columns = append(page.Columns, column)
		page.Most = max(page.Most, len(column.Attempts))
	}
	title := fmt.Sprintf("%s: %s, %s, %s", d.Experiment, d.Domain, d.Workflow, d.Setting)
	return s.render("side", address, title, "board", page)
}

func (s *Site) column(link trialLink) sideColumn {
	c := sideColumn{trialLink: link, Name: fmt.Sprintf("%s, run %d", s.nameOf(link.Agent), link.Run)}
	v, err := s.View(context.Background(), link.Trial)
	if errors.Is(err, fs.ErrNotExist) {
		c.Why = "has not begun"
		return c
	}
	if err != nil {
		c.Why = err.Error()
		return c
	}
	c.Accuracy, c.Gain = percent(v.Accuracy), table.Number(v.Gain, 1)
	c.Calls, c.Time = table.Count(v.Usage.TeacherCalls), shortTime(v.Elapsed)
	for i, a := range v.Attempts {
		cell := sideCell{Op: string(a.Op), Outcome: a.Outcome, Address: link.folder() + attemptPage(i+1), Chosen: a.Chosen}
		if a.Public != nil {
			cell.Accuracy = results.Num(a.Public.Accuracy(), a.Public.Total > 0)
		}
		c.Attempts = append(c.Attempts, cell)
	}
	return c
}

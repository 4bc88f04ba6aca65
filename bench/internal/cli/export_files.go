package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/agents/definitions"
	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/report/export"
	"github.com/autodatabench/autodatabench/report/export/eee"
	"github.com/autodatabench/autodatabench/report/export/inspect"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
)

// runExportFiles writes trials as the files of another program, below a folder.
func runExportFiles(ctx context.Context, w setup.World, o exportOptions) error {
	switch {
	case o.to == "-":
		return usage("format %s goes into a folder, not to standard output", o.format)
	case len(o.names) > 0 && (o.names[0] == everyTable || export.Table(o.names[0]).Validate() == nil):
		return usage("format %s has no tables: name experiments or trials alone", o.format)
	case !slices.Contains(eee.Relationships(), o.by.Relationship):
		return usage("--relationship %s: want %s", o.by.Relationship, strings.Join(eee.Relationships(), ", "))
	}
	source, left := exportSource(ctx, w, o)
	if source == nil {
		return left
	}
	folder, files := cmp.Or(o.to, string(o.format)), []exportedFile{}
	put := func(name string, rows int, fill func(io.Writer) error) error {
		path := filepath.Join(folder, filepath.FromSlash(name))
		files = append(files, exportedFile{export.Table(o.format), path, rows})
		return disk.WriteStream(path, fill)
	}
	var unscored int
	var err error
	if o.format == formatEEE {
		unscored, err = eee.Write(put, *source, o.by)
	} else {
		unscored, err = inspect.Write(put, *source)
	}
	if err != nil {
		return errors.Join(left, err)
	}
	if unscored > 0 {
		fmt.Fprintf(w.Stderr, "%d of %d trials have no score yet and are left out\n", unscored, len(source.Trials))
	}
	return errors.Join(left, o.tell(w, files))
}

// modelBehind is what the record of the experiment says of the agent's model.
func modelBehind(root record.Experiment, lock record.Lock, agent string) (export.Model, error) {
	m := export.Model{Title: cmp.Or(lock.Titles[agent], agent)}
	file := record.File[definitions.Definition](root.Definition(agent))
	if !file.Exists() {
		return m, nil
	}
	d, err := file.Read()
	if err != nil {
		return m, err
	}
	m.Provider, m.Name, m.Program = d.Provider, d.Model, d.Provider == definitions.Reference
	m.Hosted = d.BaseURL == "" && (d.Provider == definitions.OpenAI || d.Provider == definitions.Anthropic)
	return m, nil
}

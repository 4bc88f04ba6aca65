package definitions

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/config"
)

// services are definitions to be copied: one for each service and server, whose model
// and addresses are a user's own.
//
//go:embed services/*.yaml
var services embed.FS

// Services returns the names of the definitions to be copied.
func Services() []string {
	names, err := fs.Glob(services, "services/*.yaml")
	if err != nil {
		panic(err) // the pattern is constant
	}
	for i, n := range names {
		names[i] = strings.TrimSuffix(path.Base(n), ".yaml")
	}
	slices.Sort(names)
	return names
}

// Source returns the text of a definition that comes with the program, or of one to
// be copied.
func Source(name string) ([]byte, error) {
	for _, from := range []struct {
		files embed.FS
		path  string
	}{{embedded, name + ".yaml"}, {services, "services/" + name + ".yaml"}} {
		data, err := from.files.ReadFile(from.path)
		if err == nil && results.ValidName(name) {
			return data, nil
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("agent %s: %w", name, err)
		}
	}
	known := slices.Concat(List(), Services())
	hint := "autodatabench agents list names them"
	if near := config.Nearest(name, known); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	return nil, results.Bad(fmt.Errorf("unknown agent or service %q", name), hint)
}

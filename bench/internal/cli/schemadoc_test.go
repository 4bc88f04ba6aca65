package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"
)

// TestEveryJSONIsDescribedAndChecked checks that each command prints JSON, unless
// it serves, that each is in the description, that a script checks all that is
// described there, and that all types are known.
func TestEveryJSONIsDescribedAndChecked(t *testing.T) {
	s, err := readSchemas(jsonDoc)
	if err != nil {
		t.Fatal(err)
	}
	scripts := ""
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("%d scripts, %v", len(paths), err)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		scripts += string(data)
	}
	var commands []string
	var walk func(prefix string, list []*cli.Command)
	walk = func(prefix string, list []*cli.Command) {
		for _, c := range list {
			name := strings.TrimSpace(prefix + " " + c.Name)
			walk(name, c.Subcommands)
			if slices.ContainsFunc(c.Flags, func(f cli.Flag) bool { return slices.Contains(f.Names(), "json") }) {
				commands = append(commands, name)
			} else if len(c.Subcommands) == 0 && !slices.Contains(withoutJSON, strings.TrimPrefix(name, "autodatabench ")) && !c.Hidden {
				t.Errorf("%s takes no --json", name)
			}
		}
	}
	walk("", newApp(Env{}).Commands)
	for _, c := range commands {
		if _, ok := s.commands[c]; !ok {
			t.Errorf("%s is not described in %s", c, jsonDoc)
		}
	}
	for c := range s.commands { // with those of some flags
		if !strings.Contains(scripts, "\nschema "+c+"\n") {
			t.Errorf("no script checks the JSON of %s", c)
		}
	}
	for kind, fields := range s.types {
		if len(fields) == 0 {
			t.Errorf("type %q has no fields", kind)
		}
	}
}

func TestSchemaFindsWhatIsWrong(t *testing.T) {
	s := schemas{map[string]string{"c": "list of thing"}, map[string]map[string]string{"thing": {"a": "whole", "b": "text?, optional", "m": "map of number?"}}}
	for text, want := range map[string]string{
		`[{"a": 1, "m": {"x": 1.5, "y": null}}, {"a": 2, "b": null, "m": {}}]`: "",
		`[{"a": 1.5, "m": {}}]`:          "c[0].a is 1.5, want whole",
		`[{"m": {}}]`:                    "c[0] has no field a",
		`[{"a": 1, "m": {}, "z": 0}]`:    "c[0].z is not described",
		`[{"a": 1, "b": 7, "m": {}}]`:    "c[0].b is 7, want text",
		`[{"a": 1, "m": {"x": "text"}}]`: "c[0].m.x is text, want number",
		`{}`:                             "want a list",
		``:                               "EOF",
	} {
		err := s.checkText("c", []byte(text))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", text, err, want)
		}
	}
}

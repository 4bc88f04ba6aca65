package experiment

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results"
)

// A suite is written as it is read, in YAML and in JSON.
func TestSuiteForms(t *testing.T) {
	for text, want := range map[string]Suite{"mini": {Name: "mini"}, "paper": {Name: "paper"}, "[a/b, c]": {Folders: []string{"a/b", "c"}}} {
		var s, fromYAML, fromJSON Suite
		if err := yaml.Unmarshal([]byte(text), &s); err != nil || !cmp.Equal(s, want) {
			t.Errorf("%s is read as %+v, %v", text, s, err)
		}
		y, err := yaml.Marshal(s)
		if err != nil || yaml.Unmarshal(y, &fromYAML) != nil || !cmp.Equal(fromYAML, want) {
			t.Errorf("%s becomes %q, %v", text, y, err)
		}
		j, err := json.Marshal(s)
		if err != nil || json.Unmarshal(j, &fromJSON) != nil || !cmp.Equal(fromJSON, want) {
			t.Errorf("%s becomes %s, %v", text, j, err)
		}
	}
}

// Domains that a file leaves out are the paper's, or those of its task folders.
func TestSuiteDomains(t *testing.T) {
	for _, tt := range []struct {
		lines, err string
		domains    []results.Domain
	}{
		{"", "", results.Domains()},
		{"suite: paper", "", results.Domains()},
		{"suite: [law]", "", nil},
		{"suite: [law]\ndomains: [law]", "", []results.Domain{"law"}},
		{"suite: minni", `suite: unknown "minni"`, nil},
		{"suite: []", "suite", nil},
		{"suite: {a: b}", "suite", nil},
		{"suite: [law, law]", "law is named twice", nil},
		{"domains: []", "domains: needs at least one", nil},
		{"suite: [law]\ndomains: []", "domains: needs at least one", nil},
	} {
		path := filepath.Join(t.TempDir(), "x.yaml")
		if err := os.WriteFile(path, []byte("name: x\nagents: [direct]\n"+tt.lines+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := Read(path)
		switch {
		case tt.err == "" && (err != nil || !slices.Equal(f.Domains, tt.domains)):
			t.Errorf("%q: domains %v, %v", tt.lines, f.Domains, err)
		case tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)):
			t.Errorf("%q: %v, want %q", tt.lines, err, tt.err)
		}
	}
}

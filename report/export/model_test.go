package export_test

import (
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/report/export"
)

func TestModelID(t *testing.T) {
	for _, tt := range []struct {
		model export.Model
		want  string
	}{
		{export.Model{Provider: "openai", Name: "gpt-5.2"}, "openai/gpt-5.2"},
		{export.Model{Provider: "openai", Name: "my-org/my-model"}, "my-org/my-model"},
		{export.Model{Provider: "openai", Name: "router/org/model:free"}, "router/org/model_free"},
		{export.Model{Provider: "reference", Program: true}, "autodatabench/an-agent"},
		{export.Model{Provider: "command"}, "command/an-agent"},
		{export.Model{}, "_/an-agent"},
		{export.Model{Provider: "openai", Name: "unknown"}, "openai/_unknown"},
		{export.Model{Provider: "openai", Name: "../../etc"}, "_/_/etc"},
		{export.Model{Provider: "openai", Name: "con/Aux.1/com7/lpt"}, "_con/_Aux.1/_com7/lpt"},
		{export.Model{Provider: "openai", Name: "a b\x1b[31m\u202e\n?"}, "openai/a_b_[31m___"},
		{export.Model{Provider: "openai", Name: "data/x. "}, "_data/x._"},
	} {
		got := tt.model.ID("an-agent")
		if got != tt.want {
			t.Errorf("%+v: %q, want %q", tt.model, got, tt.want)
		}
		for part := range strings.SplitSeq(got, "/") {
			if part == "" || part == "." || part == ".." {
				t.Errorf("%q is no path", got)
			}
		}
	}
}

package markdown_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/report/markdown"
	"github.com/autodatabench/autodatabench/report/table"
)

func TestWrite(t *testing.T) {
	tab := table.New("Gains | by_agent", 1, "agent", ">gain %")
	tab.Add("a|b", "12.00")
	tab.Add("数据", "-")
	tab.Note("# not a heading")
	var b bytes.Buffer
	if err := markdown.Write(&b, *tab); err != nil {
		t.Fatal(err)
	}
	want := `### Gains \| by\_agent

| agent | gain % |
| ----- | -----: |
| a\|b  |  12.00 |
| 数据  |      - |

- \# not a heading
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestEscape(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"gpt-5.2", "gpt-5.2"},
		{"-6.72", "-6.72"},
		{"-", "-"},
		{`a\|b`, `a\\\|b`},
		{"<b>&amp;", "&lt;b&gt;&amp;amp;"},
		{"[x](javascript:y)", `\[x\](javascript:y)`},
		{"`q` *b* _i_ ~s~ $m$", "\\`q\\` \\*b\\* \\_i\\_ \\~s\\~ \\$m\\$"},
		{"see https://x.example or WWW.x.example", `see https\://x.example or WWW\.x.example`},
		{"# head", `\# head`},
		{"## head", `\## head`},
		{"- item", `\- item`},
		{"--- ", `\--- `},
		{"1. item", `1\. item`},
		{"1) item", `1\) item`},
		{"1.5 points", "1.5 points"},
	} {
		if got := markdown.Escape(tt.in); got != tt.want {
			t.Errorf("Escape(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

// active is what Markdown gives a meaning to, unless it is escaped.
var active = regexp.MustCompile("[|`*_\\[\\]<>~$]|://")

func FuzzEscape(f *testing.F) {
	for _, s := range []string{`\`, `\\|`, "|", "a\n|b|", "![i](http://x)", "<!--", "www.www.x", "1.", "#", "+\t"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		tab := table.New("", 1, "a", "b")
		tab.Add(s, "end")
		var b bytes.Buffer
		if err := markdown.Write(&b, *tab); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
		if len(lines) != 3 {
			t.Fatalf("%q made %d lines:\n%s", s, len(lines), b.String())
		}
		cells := regexp.MustCompile(`\\.`).ReplaceAllString(lines[2], ".") // what is escaped is text
		if n := strings.Count(cells, "|"); n != 3 {
			t.Errorf("%q made %d cell borders: %s", s, n, lines[2])
		}
		if found := active.FindString(strings.ReplaceAll(cells, "|", " ")); found != "" {
			t.Errorf("%q left %q: %s", s, found, lines[2])
		}
	})
}

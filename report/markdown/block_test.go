package markdown_test

import (
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/report/markdown"
)

func TestReplace(t *testing.T) {
	page := "# Title\n\n" + markdown.Begin + "\nold\n" + markdown.End + "\n\nrest | of it\n"
	want := "# Title\n\n" + markdown.Begin + "\n\n| a |\n\n" + markdown.End + "\n\nrest | of it\n"
	for range 2 { // the second time changes nothing
		got, err := markdown.Replace([]byte(page), []byte("| a |\n"))
		if err != nil || string(got) != want {
			t.Fatalf("%v\n%s", err, got)
		}
		page = string(got)
	}
	windows, err := markdown.Replace([]byte(strings.ReplaceAll(page, "\n", "\r\n")), []byte("| a |\n| b |\n"))
	if err != nil || strings.Count(string(windows), "\n") != strings.Count(string(windows), "\r\n") {
		t.Errorf("%v\n%q", err, windows)
	}
}

func TestReplaceRefuses(t *testing.T) {
	for _, tt := range []struct{ page, want string }{
		{"", "there is no line " + markdown.Begin},
		{markdown.Begin + "\n", "there is no line " + markdown.End},
		{markdown.End + "\n" + markdown.Begin + "\n", "stands before"},
		{markdown.Begin + "\n" + markdown.Begin + "\n" + markdown.End + "\n", "stands there twice"},
		{"text " + markdown.Begin + "\n" + markdown.End + "\n", "there is no line " + markdown.Begin},
	} {
		if _, err := markdown.Replace([]byte(tt.page), []byte("x")); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: error %v, want %q", tt.page, err, tt.want)
		}
	}
}

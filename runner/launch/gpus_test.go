package launch

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results"
)

func TestVisibleDevicesDecide(t *testing.T) {
	for _, tt := range []struct {
		visible string
		want    []string
		bad     bool
	}{
		{"", nil, false},
		{"-1", nil, false},
		{"0", []string{"0"}, false},
		{" 2, 0 ", []string{"2", "0"}, false},
		{"0,-1,1", []string{"0"}, false},
		{"GPU-8932f937-d72c,MIG-GPU-1/1/0", []string{"GPU-8932f937-d72c", "MIG-GPU-1/1/0"}, false},
		{"0,0", nil, true},
		{"0;rm", nil, true},
		{"0\n1", nil, true},
	} {
		got, err := GPUs(t.Context(), tt.visible, true)
		if (err != nil) != tt.bad || !slices.Equal(got, tt.want) {
			t.Errorf("%q: %q, %v", tt.visible, got, err)
		}
	}
}

// smi puts a program of the name nvidia-smi first on PATH.
func smi(t *testing.T, script string) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "nvidia-smi"), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
}

func TestNvidiaSMI(t *testing.T) {
	smi(t, `[ "$*" = "--query-gpu=index --format=csv,noheader" ] && printf '0\n1\n'`)
	if got, err := GPUs(t.Context(), "", false); err != nil || !slices.Equal(got, []string{"0", "1"}) {
		t.Errorf("two GPUs: %q, %v", got, err)
	}
	for name, script := range map[string]string{"fails": "exit 9", "says something else": "echo NVIDIA-SMI has failed"} {
		smi(t, script)
		_, err := GPUs(t.Context(), "", false)
		var known *results.Error
		if !errors.As(err, &known) || known.Kind != results.Infrastructure || known.Hint == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	t.Setenv("PATH", t.TempDir())
	if got, err := GPUs(t.Context(), "", false); err != nil || got != nil {
		t.Errorf("no nvidia-smi: %q, %v", got, err)
	}
}

func TestDivide(t *testing.T) {
	eight := strings.Split("0,1,2,3,4,5,6,7", ",")
	for _, tt := range []struct {
		name                  string
		gpus                  []string
		teacher, student, max int
		want                  Division
		bad                   bool
	}{
		{"no GPU needed", nil, 0, 0, 0, Division{Students: []string{""}}, false},
		{"no GPU needed, three at a time", nil, 0, 0, 3, Division{Students: []string{"", "", ""}}, false},
		{"one a student", eight[:2], 0, 1, 0, Division{Students: []string{"0", "1"}}, false},
		{"two a student, one left over", eight[:5], 0, 2, 0, Division{Students: []string{"0,1", "2,3"}}, false},
		{"the teacher's first", eight, 2, 2, 0, Division{Teacher: "0,1", Students: []string{"2,3", "4,5", "6,7"}}, false},
		{"fewer asked for", eight, 2, 2, 1, Division{Teacher: "0,1", Students: []string{"2,3"}}, false},
		{"too many asked for", eight, 2, 2, 4, Division{}, true},
		{"too few", eight[:3], 2, 2, 0, Division{}, true},
		{"none", nil, 0, 1, 0, Division{}, true},
	} {
		got, err := Divide(tt.gpus, tt.teacher, tt.student, tt.max)
		if (err != nil) != tt.bad || cmp.Diff(tt.want, got) != "" {
			t.Errorf("%s: %+v, %v", tt.name, got, err)
		}
	}
}

func FuzzDevices(f *testing.F) {
	f.Add("0,1\n2")
	f.Add("No devices were found\n")
	f.Fuzz(func(t *testing.T, text string) {
		byName, _ := parseVisible(text)
		byIndex, _ := parseIndexes([]byte(text))
		for _, list := range [][]string{byName, byIndex} {
			joined := strings.Join(list, ",")
			if again, err := parseVisible(joined); err != nil || !slices.Equal(again, list) {
				t.Errorf("%q gives %q, which is read again as %q, %v", text, list, again, err)
			}
			if strings.ContainsAny(joined, " \n\x00'\"$;") {
				t.Errorf("%q gives %q", text, list)
			}
		}
	})
}

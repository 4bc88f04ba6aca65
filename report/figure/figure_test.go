package figure_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/report/figure"
	"github.com/autodatabench/autodatabench/results"
)

var (
	update = flag.Bool("update", false, "rewrite the golden files")
	look   = flag.String("look", "", "write every figure as PNG into this folder, to be looked at")
)

// TestGolden compares the figures that are small enough to be kept.
func TestGolden(t *testing.T) {
	for _, which := range []string{"forest", "cost", "errors", "rounds", "budget", "radar", "forest-empty"} {
		path := filepath.Join("testdata", which+".svg")
		got := drawn(t, figure.SVG, figures()[which])
		if *update {
			if err := os.WriteFile(path, got, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s (-want +got), rewrite with -update:\n%s", path, diff)
		}
	}
}

// TestPNG checks that every figure is a picture with something on it; the large
// ones are left out, which take seconds, unless they are to be looked at.
func TestPNG(t *testing.T) {
	for which, fig := range figures() {
		if *look == "" && strings.ContainsAny(which, "0123456789") {
			continue
		}
		data := drawn(t, figure.PNG, fig)
		if *look != "" {
			if err := os.WriteFile(filepath.Join(*look, which+".png"), data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		picture, err := png.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatalf("%s: %v", which, err)
		}
		dark := 0
		for x := 0; x < picture.Bounds().Dx(); x += 2 {
			for y := 0; y < picture.Bounds().Dy(); y += 2 {
				if r, g, b, _ := picture.At(x, y).RGBA(); r+g+b < 3*0x8000 {
					dark++
				}
			}
		}
		if dark < 100 {
			t.Errorf("%s: %d dark pixels", which, dark)
		}
	}
}

// TestPNGSaysWhatItLacks: a picture whose font lacks characters of a name is higher
// by a line that says so; an SVG is not.
func TestPNGSaysWhatItLacks(t *testing.T) {
	height := func(name string) int {
		f := figure.Forest{Head: figure.Head{Title: "t"}, Rows: []figure.ForestRow{{Name: figure.Name{Text: name, ID: "an-id"}, Value: num(1)}}}
		config, err := png.DecodeConfig(bytes.NewReader(drawn(t, figure.PNG, f)))
		if err != nil {
			t.Fatal(err)
		}
		if page := string(drawn(t, figure.SVG, f)); strings.Contains(page, "font") && strings.Contains(page, "lacks") {
			t.Error("an SVG says that its font lacks characters")
		}
		return config.Height
	}
	if plain, chinese := height("engineer"), height("数据工程师"); chinese <= plain {
		t.Errorf("%d pixels with a Chinese name, %d without", chinese, plain)
	}
}

// TestSVGIsXML checks that names are text, whatever they hold.
func TestSVGIsXML(t *testing.T) {
	for which, fig := range figures() {
		in := xml.NewDecoder(bytes.NewReader(drawn(t, figure.SVG, fig)))
		for {
			token, err := in.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", which, err)
			}
			if e, ok := token.(xml.StartElement); ok && e.Name.Local != "svg" && e.Name.Local != "g" && e.Name.Local != "path" && e.Name.Local != "text" && e.Name.Local != "title" && e.Name.Local != "desc" {
				t.Errorf("%s: element %s", which, e.Name.Local)
			}
		}
	}
	page := string(drawn(t, figure.SVG, forest(6)))
	for _, want := range []string{"数据工程师, iterative", "a|b &lt;script&gt;alert(1)&lt;/script&gt; &amp; &#34;c&#34;", "[31m, one-shot"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in the figure", want)
		}
	}
}

// TestPDF checks that a figure is a page with its fonts, the same bytes each time, and
// says what its font lacks.
func TestPDF(t *testing.T) {
	for which, fig := range figures() {
		if strings.ContainsAny(which, "0123456789") {
			continue
		}
		page := drawn(t, figure.PDF, fig)
		if !bytes.HasPrefix(page, []byte("%PDF-")) || !bytes.Contains(page, []byte("/FontFile2")) || !bytes.Contains(page, []byte("D:19700101000000")) {
			t.Errorf("%s: no PDF with fonts and a fixed date", which)
		}
		for range 3 {
			if !bytes.Equal(page, drawn(t, figure.PDF, fig)) {
				t.Fatalf("%s: other bytes the next time", which)
			}
		}
		if *look != "" {
			if err := os.WriteFile(filepath.Join(*look, which+".pdf"), page, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestDescription checks that an SVG says in words what it shows.
func TestDescription(t *testing.T) {
	for which, wants := range map[string][]string{
		"forest": {"1 adaptive, iterative: 180.0, interval 160.0 to 215.0.", "not ranked", "not known", "&lt;script&gt;"},
		"cost":   {"Across: teacher calls per run, mean.", "on the Pareto front"},
		"errors": {"science, adaptive, iterative: 7 of 18 attempts failed, 1 code extraction failed, 2 code runtime error"},
		"rounds": {"adaptive, iterative, science: base 17.0; submission 1: public "},
		"budget": {"science, adaptive, iterative, run 1: 24.0 % of the run time, 18.0 % of the teacher calls."},
		"radar":  {"adaptive, iterative (simulated); instruction difficulty: 0.5; "},
	} {
		page := string(drawn(t, figure.SVG, figures()[which]))
		_, rest, _ := strings.Cut(page, `role="img" aria-labelledby="title desc"`)
		title, desc, found := strings.Cut(rest, "</title>\n<desc id=\"desc\">")
		desc, _, _ = strings.Cut(desc, "</desc>")
		if !found || !strings.Contains(title, `<title id="title">`) || !strings.Contains(desc, "simulated") {
			t.Errorf("%s has no title and description: %s", which, desc)
		}
		for _, want := range wants {
			if !strings.Contains(desc, want) {
				t.Errorf("%s: no %q in\n%s", which, want, desc)
			}
		}
	}
	if page := drawn(t, figure.SVG, forest(300)); !bytes.Contains(page, []byte("And more.</desc>")) {
		t.Error("a long description is not cut")
	}
}

// TestLegendHasWhatIsDrawn: a figure's legend names no series that no panel has.
func TestLegendHasWhatIsDrawn(t *testing.T) {
	f := rounds(2, 3)
	for i := range f.Rows {
		for k := range f.Rows[i].Panels {
			for n := range f.Rows[i].Panels[k].Rounds {
				f.Rows[i].Panels[k].Rounds[n].Private = results.Number{}
			}
		}
	}
	page := string(drawn(t, figure.SVG, f))
	if strings.Contains(page, ">private set</text>") || !strings.Contains(page, ">public set</text>") {
		t.Error("the legend does not have the drawn series alone")
	}
	e := bars(1)
	for i := range e.Domains {
		e.Domains[i].Bars[0].Failures = map[results.Failure]int{results.CodeTimeout: 2}
	}
	page = string(drawn(t, figure.SVG, e))
	if strings.Contains(page, ">other</text>") || !strings.Contains(page, ">code execution timeout</text>") {
		t.Error("the legend does not have the drawn failures alone")
	}
}

// TestEveryPointIsNamed: of twenty points close together, each has its name.
func TestEveryPointIsNamed(t *testing.T) {
	c := figure.Cost{Head: head, XUnit: "USD", YUnit: "%", Kinds: []string{"iterative"}}
	for i := range 20 {
		c.Points = append(c.Points, figure.CostPoint{Name: name(fmt.Sprintf("engineer %d, iterative", i)), Cost: num(1 + 0.01*float64(i%5)), Gain: num(50 + 0.1*float64(i))})
	}
	page := string(drawn(t, figure.SVG, c))
	for i := range 20 {
		if !strings.Contains(page, fmt.Sprintf(">engineer %d, iterative</text>", i)) {
			t.Errorf("engineer %d has no name", i)
		}
	}
	if strings.Contains(page, "Without a name") {
		t.Error("a point has no name")
	}
}

// TestBudgetAxes: axes are marked in seconds and calls, and say which part of the budget
// they show.
func TestBudgetAxes(t *testing.T) {
	b := budget(1)
	b.RunTime, b.TeacherCalls = 3600, 2000
	for i := range b.Domains {
		b.Domains[i].Lines[0].Points = []figure.BudgetPoint{{}, {Time: 1.2, Calls: 40}}
	}
	page := string(drawn(t, figure.SVG, b))
	for _, want := range []string{">run time, seconds (budget 3,600; shown: 1.2 %)</text>", ">teacher calls (budget 2,000; shown: 42 %)</text>", ">40</text>", ">800</text>"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q", want)
		}
	}
	b.RunTime, b.TeacherCalls = 0, 0
	if page = string(drawn(t, figure.SVG, b)); !strings.Contains(page, ">run time: % of the budget</text>") {
		t.Error("budgets that differ are not shown in %")
	}
}

// TestHighPNG: a picture that would take gigabytes is refused.
func TestHighPNG(t *testing.T) {
	err := figure.Write(io.Discard, figure.PNG, forest(2_000))
	var known *results.Error
	if !errors.As(err, &known) || known.Kind != results.BadInput || !strings.Contains(err.Error(), "too high for png") {
		t.Errorf("error is %v", err)
	}
}

func TestUnknownFormat(t *testing.T) {
	if err := figure.Write(io.Discard, "gif", forest(1)); err == nil || !strings.Contains(err.Error(), `"gif"`) {
		t.Errorf("error is %v", err)
	}
}

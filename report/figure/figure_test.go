package figure_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
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
			if e, ok := token.(xml.StartElement); ok && e.Name.Local != "svg" && e.Name.Local != "g" && e.Name.Local != "path" && e.Name.Local != "text" {
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

// TestHighPNG: a picture that would take gigabytes is refused.
func TestHighPNG(t *testing.T) {
	err := figure.Write(io.Discard, figure.PNG, forest(2_000))
	var known *results.Error
	if !errors.As(err, &known) || known.Kind != results.BadInput || !strings.Contains(err.Error(), "too high for png") {
		t.Errorf("error is %v", err)
	}
}

func TestUnknownFormat(t *testing.T) {
	if err := figure.Write(io.Discard, "pdf", forest(1)); err == nil || !strings.Contains(err.Error(), `"pdf"`) {
		t.Errorf("error is %v", err)
	}
}

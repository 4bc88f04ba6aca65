package main

import (
	"bytes"
	"fmt"
	"html"
)

// theme is the colours of a picture.
type theme struct {
	file                                    string
	text, faint, line, box, accent, private string
}

var themes = []theme{
	{"pipeline-light.svg", "#1f2328", "#59636e", "#59636e", "#f6f8fa", "#0072b2", "#d55e00"},
	{"pipeline-dark.svg", "#f0f6fc", "#9198a1", "#9198a1", "#151b23", "#56b4e9", "#e69f00"},
}

// Measures of the picture.
const (
	width, height = 960, 396
	boxWidth      = 160
	boxHeight     = 72
)

// kind is how a box is drawn.
type kind int

const (
	plain   kind = iota
	tested       // what the benchmark measures
	private      // what no agent sees
)

// box is a part of the pipeline. x and y are its upper left corner.
type box struct {
	x, y  int
	kind  kind
	title string
	lines []string
}

var boxes = []box{
	{16, 150, plain, "Task", []string{"brief, examples,", "budgets"}},
	{208, 150, tested, "Agent (your LLM)", []string{"writes a plan", "and a program"}},
	{400, 150, plain, "Sandbox", []string{"runs the program,", "no network"}},
	{592, 150, plain, "Training set", []string{"rows are checked", "and filtered"}},
	{784, 150, plain, "Student", []string{"fixed model, trained;", "public score"}},
	{400, 44, plain, "Teacher model", []string{"behind a gateway that", "meters every call"}},
	{400, 308, private, "Best training set", []string{"of all attempts"}},
	{592, 308, private, "New student", []string{"trained afresh"}},
	{784, 308, private, "Private set", []string{"gain, interval, rank"}},
}

// arrow is a line with a head at its last point, and words at a point.
type arrow struct {
	path     string
	x, y     int
	words    string
	bothWays bool
}

var arrows = []arrow{
	{path: "M176 186 H204"},
	{path: "M368 186 H396"},
	{path: "M560 186 H588"},
	{path: "M752 186 H780"},
	{path: "M480 146 V120", bothWays: true},
	{path: "M864 150 V18 H288 V146"}, // feedback
	{path: "M672 226 V266 H480 V304", x: 620, y: 284, words: "when a budget or all attempts are used"},
	{path: "M560 344 H588"},
	{path: "M752 344 H780"},
}

// draw is the picture in the theme's colours.
func draw(t theme) []byte {
	var b bytes.Buffer
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-labelledby="title desc" font-family="Helvetica, Arial, sans-serif">`, width, height)
	line(`<title id="title">The pipeline of AutoDataBench</title>`)
	line(`<desc id="desc">An agent reads a task and writes a program. The program runs in a sandbox and asks a metered teacher model for data. ` +
		`A student is trained on the resulting training set, and its public score and mistakes go back to the agent. ` +
		`In the end a new student is trained on the best training set and scored on a private set.</desc>`)
	line(`<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto-start-reverse"><path d="M0 0 L8 4 L0 8 Z" fill="%s"/></marker></defs>`, t.line)
	for _, a := range arrows {
		start := ""
		if a.bothWays {
			start = ` marker-start="url(#head)"`
		}
		line(`<path d="%s" fill="none" stroke="%s" stroke-width="1.5" marker-end="url(#head)"%s/>`, a.path, t.line, start)
		words(line, a.x, a.y, 12, t.faint, "", a.words)
	}
	words(line, 712, 40, 12, t.faint, "", "score and mistakes go back:")
	words(line, 712, 58, 12, t.faint, "", "the next attempt is better informed")
	for _, x := range boxes {
		stroke, weight := t.line, "1.5"
		switch x.kind {
		case tested:
			stroke, weight = t.accent, "3"
		case private:
			stroke, weight = t.private, "2"
		}
		line(`<rect x="%d" y="%d" width="%d" height="%d" rx="8" fill="%s" stroke="%s" stroke-width="%s"/>`, x.x, x.y, boxWidth, boxHeight, t.box, stroke, weight)
		words(line, x.x+boxWidth/2, x.y+24, 15, t.text, "bold", x.title)
		for i, text := range x.lines {
			words(line, x.x+boxWidth/2, x.y+44+17*i, 13, t.faint, "", text)
		}
	}
	words(line, 208, 336, 13, t.private, "bold", "Never seen by an agent:")
	words(line, 208, 356, 13, t.faint, "", "the final score decides the rank")
	line(`</svg>`)
	return b.Bytes()
}

// words writes a line of text around the point.
func words(line func(string, ...any), x, y, size int, colour, weight, text string) {
	if text == "" {
		return
	}
	bold := ""
	if weight != "" {
		bold = fmt.Sprintf(` font-weight="%s"`, weight)
	}
	line(`<text x="%d" y="%d" text-anchor="middle" font-size="%d" fill="%s"%s>%s</text>`, x, y, size, colour, bold, html.EscapeString(text))
}

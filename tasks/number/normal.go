package number

import (
	"regexp"
	"strings"
)

// spelled writes LaTeX and Unicode in the few signs that the grammar knows.
var spelled = strings.NewReplacer(
	"−", "-", "–", "-", "—", "-", "‐", "-", "‑", "-", "﹣", "-", "－", "-",
	`\left`, "", `\right`, "", `\displaystyle`, "", `\dfrac`, `\frac`, `\tfrac`, `\frac`, `\cfrac`, `\frac`,
	`\$`, "$", `\%`, "%", "％", "%", `\#`, "#", "{,}", ",", `\!`, "", `\,`, " ", `\;`, " ", `\:`, " ", `\ `, " ", `\quad`, " ", `\qquad`, " ",
	"\u00a0", " ", "\u2007", " ", "\u2008", " ", "\u2009", " ", "\u200a", " ", "\u202f", " ", "\u3000", " ", "\t", " ", "\r", " ", "\n", " ",
	`\cdot`, "*", "·", "*", "⋅", "*", `\times`, "*", "×", "*", "✕", "*", "∙", "*", `\div`, "/", "÷", "/", "⁄", "/", "∕", "/",
	"π", `\pi `, "√", `\sqrt `, `\approx`, "≈", `\sim`, "≈", "∼", "≈", "≅", "≈", "≃", "≈", `\simeq`, "≈", `\pm`, "±",
	"½", " 1/2", "⅓", " 1/3", "⅔", " 2/3", "¼", " 1/4", "¾", " 3/4", "⅕", " 1/5", "⅛", " 1/8",
	`^\circ`, "°", `^{\circ}`, "°", `\degree`, "°", `^{\,\circ}`, "°",
)

var (
	raised    = regexp.MustCompile(`[⁺⁻]?[⁰¹²³⁴-⁹]+`)
	raisedAs  = strings.NewReplacer("⁺", "+", "⁻", "-", "⁰", "0", "¹", "1", "²", "2", "³", "3", "⁴", "4", "⁵", "5", "⁶", "6", "⁷", "7", "⁸", "8", "⁹", "9")
	fullWidth = func(r rune) rune {
		if '！' <= r && r <= '～' {
			return r - '！' + '!'
		}
		return r
	}
)

// maxText is how many bytes of a text are read.
const maxText = 4 << 10

// normal is the text in the signs of the grammar.
func normal(text string) string {
	if len(text) > maxText {
		text = text[:maxText] + "^" // what is left out may go on
	}
	text = spelled.Replace(strings.Map(fullWidth, text))
	return raised.ReplaceAllStringFunc(text, func(s string) string { return "^{" + raisedAs.Replace(s) + "}" })
}

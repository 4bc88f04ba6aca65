package code

import (
	"encoding/json"
	"math/rand/v2"
	"strconv"
	"strings"
)

// speller writes random Python.
type speller struct{ *rand.Rand }

func (s speller) pick(texts ...string) string { return texts[s.IntN(len(texts))] }

// value returns a Python text and a JSON text that are mostly equal.
func (s speller) value(depth int) (python, published string) {
	kinds := 8
	if depth == 0 {
		kinds = 5
	}
	switch s.IntN(kinds) {
	case 0, 1:
		return s.number()
	case 2, 3:
		return s.text()
	case 4:
		return s.pick("True", "True", "1", "1.0", "true"), s.pick("true", "true", "1", "1.0", "[true]")
	case 5:
		return s.dictionary(depth)
	}
	var items, outputs []string
	for range s.IntN(4) {
		item, output := s.value(depth - 1)
		items, outputs = append(items, s.pick("", "", " ", "\n")+item), append(outputs, output)
	}
	published = "[" + strings.Join(outputs, ", ") + "]"
	joined := strings.Join(items, ",")
	switch {
	case s.IntN(12) == 0:
		return "(" + joined + ")", published
	case s.IntN(12) == 0:
		return "{" + joined + "}", published
	case len(items) > 0 && s.IntN(4) == 0:
		return "[" + joined + ", ]", published
	}
	return "[" + joined + "]", published
}

func (s speller) dictionary(depth int) (python, published string) {
	var entries, outputs []string
	for range s.IntN(4) {
		key := s.pick("a", "b", "c")
		item, output := s.value(depth - 1)
		entries = append(entries, s.pick("'"+key+"'", "'"+key+"'", "'' '"+key+"'", "(1, '"+key+"')")+": "+item)
		outputs = append(outputs, `"`+key+`": `+output)
	}
	return "{" + strings.Join(entries, ", ") + "}", "{" + strings.Join(outputs, ",") + "}"
}

func (s speller) number() (python, published string) {
	n := s.Int64N(1 << s.IntN(62))
	decimal := strconv.FormatInt(n, 10)
	sign := s.pick("", "-")
	shape := s.pick("d", "d", "x", "o", "b", "_", ".", "e", "big", "near", "float", "0")
	switch shape {
	case "x", "o", "b":
		return sign + "0" + shape + strconv.FormatInt(n, map[string]int{"x": 16, "o": 8, "b": 2}[shape]), sign + decimal
	case "_":
		return sign + decimal[:1] + "_" + decimal[1:], sign + decimal
	case ".":
		return sign + decimal + ".", sign + decimal
	case "e":
		return sign + decimal + "e" + s.pick("", "+", "-") + strconv.Itoa(s.IntN(30)), sign + decimal + s.pick("e0", "e2", "E10")
	case "big":
		return sign + "1" + strings.Repeat("7", s.IntN(60)), sign + "1" + strings.Repeat("7", s.IntN(60))
	case "near": // around the integers that floats cannot hold
		n = 1<<53 + s.Int64N(4)
		return strconv.FormatInt(n, 10), strconv.FormatInt(1<<53+s.Int64N(4), 10) + s.pick("", ".0")
	case "float":
		text := strconv.FormatFloat(s.NormFloat64(), s.pick("e", "f", "g")[0], 3+s.IntN(15), 64)
		return text, text + s.pick("", "", "1")
	case "0":
		return s.pick("00", "0", "-0.0", "01", "0_0", ".0"), s.pick("0", "-0", "0.0", "1")
	}
	return sign + decimal, sign + decimal
}

// text spells a string with random prefixes, quotes, escapes and pieces.
func (s speller) text() (python, published string) {
	var pieces []string
	var whole strings.Builder
	for range 1 + s.IntN(2) {
		var source strings.Builder
		for range s.IntN(5) {
			part := [][2]string{
				{"a", "a"}, {"é", "é"}, {`\n`, "\n"}, {`\x41`, "A"}, {`\u00e9`, "é"}, {`\U0001F600`, "😀"}, {`\101`, "A"}, {`\7`, "\a"}, {`\\`, `\`}, {`\'`, "'"}, {`\"`, `"`},
				{`\q`, `\q`}, {"\\\n", ""}, {" ", " "}, {"#", "#"}, {"[", "["}, {`\x4`, "x"}, {"'", "'"}, {"\n", "\n"}, {`\t`, "\t"}, {`\u12`, "u"}, {`\400`, "Ā"}, {"{", "{"}, {"8", "8"},
			}[s.IntN(24)]
			source.WriteString(part[0])
			whole.WriteString(part[1])
		}
		quote := s.pick("'", `"`, "'''", `"""`)
		pieces = append(pieces, s.pick("", "", "", "", "u", "U", "r", "b", "Rb")+quote+source.String()+quote)
	}
	output, _ := json.Marshal(whole.String())
	return strings.Join(pieces, s.pick("", " ", "  ")), string(output)
}

// expression writes arithmetic whose values stay small.
func (s speller) expression(depth int) string {
	if depth == 0 || s.IntN(6) == 0 {
		return s.pick(strconv.Itoa(s.IntN(10)), strconv.Itoa(s.IntN(1000)), strconv.FormatFloat(s.NormFloat64()*10, 'g', 4, 64), "True", "0.0", "1e300", "0.1", "'ab'", "[1, 'c']", "(2,)", "b'd'", "12345678901234567890")
	}
	switch s.IntN(5) {
	case 0:
		return s.pick("-", "+", "~", "-") + s.expression(depth-1)
	case 1:
		return "(" + s.expression(depth-1) + ")"
	}
	op := s.pick("+", "-", "*", "/", "//", "%", "+", "-", "*", "&", "|", "^", "<<", ">>", "**")
	right := s.expression(depth - 1)
	if op == "**" || op == "<<" {
		right = s.pick("0", "1", "2", "7", "-1", "-3", "0.5", "True")
	}
	return s.expression(depth-1) + " " + op + " " + right
}

package embedded

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"autodatabench/tasks/mini"
)

// letters draws a short string.
func (g *gen) letters(low, high int) []string {
	alphabet := "abcdefghijklmnopqrstuvwxyz"
	if g.chance(40) {
		alphabet = pick(g, []string{"abc", "aeiou", "xyz", "stone", "abcde"})
	}
	cs := make([]string, g.between(low, high))
	for i := range cs {
		cs[i] = string(alphabet[g.IntN(len(alphabet))])
		if g.chance(8) {
			cs[i] = strings.ToUpper(cs[i])
		}
	}
	return cs
}

func quoted(cs []string) string { return "'" + strings.Join(cs, "") + "'" }

// charWork takes a quoted string apart and does something to its characters.
func (g *gen) charWork() Row {
	cs := g.letters(2, 7)
	steps := []string{quoted(cs) + " -> " + strings.Join(cs, " ")}
	move := func(text string, ys []string) worked {
		return worked{text, append(steps, strings.Join(ys, " ")), quoted(ys)}
	}
	var w worked
	ys := slices.Clone(cs)
	switch g.IntN(10) {
	case 0:
		w = worked{"Spell {x}.", steps, pick(g, []string{quoted(cs), strings.Join(cs, "-")})}
	case 1:
		slices.Reverse(ys)
		w = move("Spell {x} from behind.", ys)
	case 2:
		c, count := pick(g, cs), 0
		for _, x := range cs {
			if x == c {
				count++
			}
			steps = append(steps, fmt.Sprintf("%s == %s %s %d", x, c, yes(x == c), count))
		}
		w = worked{"Tally " + c + " in {x}.", steps, strconv.Itoa(count)}
	case 3:
		for i, x := range cs {
			steps = append(steps, fmt.Sprintf("%d: %s", i+1, x))
		}
		w = worked{"Number the characters of {x}.", steps, strconv.Itoa(len(cs))}
	case 4:
		at := g.IntN(len(cs))
		for i, x := range cs[:at+1] {
			steps = append(steps, fmt.Sprintf("%d: %s", i, x))
		}
		w = worked{fmt.Sprintf("Character %d of {x}, from 0.", at), steps, quoted(cs[at : at+1])}
	case 5:
		k := g.between(1, len(cs)-1)
		w = move(fmt.Sprintf("Move %d characters of {x} to the end.", k), append(slices.Clone(cs[k:]), cs[:k]...))
	case 6:
		for i, x := range ys {
			ys[i] = strings.ToUpper(x)
		}
		w = move("{x} in capitals.", ys)
	case 7:
		from, to := pick(g, cs), string("abcxyz"[g.IntN(6)])
		for i, x := range ys {
			if x == from {
				ys[i] = to
			}
		}
		w = move("In {x} write "+to+" for "+from+".", ys)
	case 8:
		out := []string{}
		pattern := make([]string, len(cs))
		for i, x := range cs {
			pattern[i] = pick(g, []string{"keep", "skip"})
			steps = append(steps, x+" "+pattern[i])
			if pattern[i] == "keep" {
				out = append(out, x)
			}
		}
		w = worked{"Go through {x}: " + strings.Join(pattern, ", ") + ".", steps, quoted(out)}
	default:
		other := g.letters(1, 3)
		w = move("Put "+quoted(other)+" behind {x}.", append(slices.Clone(cs), other...))
	}
	return g.ask(w, quoted(cs))
}

// program is a few lines of Python, traced.
func (g *gen) program() Row {
	if g.chance(35) {
		return g.loop()
	}
	names := sample(g, []string{"a", "b", "c", "d", "k", "m", "n", "s", "t", "x", "y", "z", "total", "count", "best"}, 5)
	o := g.operate()
	for o.a%one != 0 || o.b%one != 0 || o.result%one != 0 {
		o = g.operate()
	}
	code := []string{fmt.Sprintf("%s = %s", names[0], o.a), fmt.Sprintf("%s = %s%s%s", names[1], names[0], o.sign, o.b)}
	steps := []string{fmt.Sprintf("%s = %s", names[1], o.text)}
	value := o.result
	for i := range g.IntN(3) {
		next, _ := g.onward(value, nil)
		code = append(code, fmt.Sprintf("%s = %s%s%s", names[i+2], names[i+1], next.sign, next.b))
		steps = append(steps, fmt.Sprintf("%s = %s", names[i+2], next.text))
		value = next.result
	}
	if g.chance(20) { // a return under a condition
		limit := value + mini.Int(g.between(-20, 20))
		high := value > limit
		last := names[len(code)-1]
		code = append(code, fmt.Sprintf("print(%s > %s)", last, limit))
		return Row{strings.Join(code, "\n"), g.finish(append(steps, fmt.Sprintf("%s > %s %s", value, limit, yes(high))), title(high))}
	}
	head := pick(g, []string{"{p}\nprint({v})", "Trace:\n{p}", "{p}\n{v} = ?", "What is {v} after\n{p}"})
	return Row{fill(head, "{p}", strings.Join(code, "\n"), "{v}", names[len(code)-1]), g.finish(steps, value.String())}
}

// loop is a for over a list.
func (g *gen) loop() Row {
	xs := g.ints(2, 5)
	acc := g.IntN(10)
	name, item := pick(g, []string{"s", "t", "total", "acc", "n"}), pick(g, []string{"x", "v", "i"})
	operator := pick(g, []string{"+", "+", "-", "max"})
	body := fmt.Sprintf("%s = %s %s %s", name, name, operator, item)
	if operator == "max" {
		body = fmt.Sprintf("%s = max(%s, %s)", name, name, item)
	}
	text := fmt.Sprintf("%s = %d\nfor %s in %s:\n    %s\nprint(%s)", name, acc, item, mini.FormatList(xs), body, name)
	steps := []string{}
	for _, x := range xs {
		switch operator {
		case "+":
			steps, acc = append(steps, fmt.Sprintf("%d + %d = %d", acc, x, acc+x)), acc+x
		case "-":
			steps, acc = append(steps, fmt.Sprintf("%d - %d = %d", acc, x, acc-x)), acc-x
		default:
			steps, acc = append(steps, fmt.Sprintf("max(%d, %d) = %d", acc, x, max(acc, x))), max(acc, x)
		}
	}
	return Row{text, g.finish(steps, strconv.Itoa(acc))}
}

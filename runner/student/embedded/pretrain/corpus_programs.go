package pretrain

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/autodatabench/autodatabench/tasks/mini"
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

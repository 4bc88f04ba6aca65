package mini

// work writes a solution line by line: a formula in letters, the numbers put
// in, the result. A division by zero or a result past a billion spoils it.
type work struct {
	steps []string
	spoil bool
}

const billion = 1_000_000_000

func (w *work) add(formula string, a, b Dec) Dec {
	s, c := Add(a, b)
	return w.line(formula, s, c)
}

func (w *work) sub(formula string, a, b Dec) Dec {
	s, c := Sub(a, b)
	return w.line(formula, s, c)
}

func (w *work) mul(formula string, a, b Dec) Dec {
	s, c := Mul(a, b)
	return w.line(formula, s, c)
}

func (w *work) div(formula string, a, b Dec) Dec {
	s, c, ok := Div(a, b)
	w.spoil = w.spoil || !ok
	return w.line(formula, s, c)
}

// line appends "v = s / t = 120 / 4 = 30" for the formula "v = s / t".
func (w *work) line(formula, step string, result Dec) Dec {
	w.steps = append(w.steps, formula+" = "+step)
	w.spoil = w.spoil || result > Int(billion) || result < Int(-billion)
	return result
}

// solution ends the work with the answer.
func (w *work) solution(answer Dec) (Solution, bool) {
	if w.spoil {
		return Solution{}, false
	}
	return Solution{Steps: w.steps, Answer: answer.String()}, true
}

package code

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// oracle is what CPython says. It reads pairs of a Python text and a JSON text
// and answers, a line each, the result as JSON (arithmetic), or whether the two
// are equal (literal, and assertion for the right-hand side of an assertion).
// Only operators of constants are computed.
const oracle = `
import ast, json, operator, sys
BINARY = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
          ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.Pow: operator.pow, ast.LShift: operator.lshift,
          ast.RShift: operator.rshift, ast.BitAnd: operator.and_, ast.BitOr: operator.or_, ast.BitXor: operator.xor}
UNARY = {ast.UAdd: operator.pos, ast.USub: operator.neg, ast.Invert: operator.invert}

def constant(node):
    if isinstance(node, ast.BinOp):
        left, right = constant(node.left), constant(node.right)
        if isinstance(node.op, ast.Mod) and isinstance(left, (str, bytes)):
            raise ValueError("formatting")
        if isinstance(node.op, (ast.Pow, ast.LShift)) and isinstance(left, int) and abs(left) > 1 and right > 20000:
            raise ValueError("large")
        return BINARY[type(node.op)](left, right)
    if isinstance(node, ast.UnaryOp):
        return UNARY[type(node.op)](constant(node.operand))
    if isinstance(node, ast.List):
        return [constant(n) for n in node.elts]
    if isinstance(node, ast.Tuple):
        return tuple([constant(n) for n in node.elts])
    if isinstance(node, ast.Set):
        return {constant(n) for n in node.elts}
    if isinstance(node, ast.Dict):
        return {constant(k): constant(v) for k, v in zip(node.keys, node.values)}
    return ast.literal_eval(node)

def operand(text):
    first = ast.parse(text).body[0]
    if not isinstance(first, ast.Assert) or not isinstance(first.test, ast.Compare) or not isinstance(first.test.ops[0], ast.Eq):
        raise ValueError("no equality")
    return constant(first.test.comparators[0])

def answer(text, expected):
    try:
        if sys.argv[1] == "assertion":
            return json.dumps(operand(text) == json.loads(expected))
        if sys.argv[1] == "literal":
            return json.dumps(ast.literal_eval(text) == json.loads(expected))
        value = constant(ast.parse(text, mode="eval").body)
        return "null" if value != value else json.dumps(value)
    except Exception:
        return "null"

for line in sys.stdin:
    print(answer(*json.loads(line)))
`

// cpython asks the oracle.
func cpython(t *testing.T, mode string, pairs [][2]string) []string {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil && os.Getenv("CI") != "" {
		t.Fatal(err)
	} else if err != nil {
		t.Skip("no python3 to compare with")
	}
	var input strings.Builder
	for _, p := range pairs {
		line, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		input.Write(append(line, '\n'))
	}
	cmd := exec.Command(python, "-I", "-W", "ignore", "-c", oracle, mode)
	cmd.Stdin = strings.NewReader(input.String())
	output, err := cmd.Output()
	answers := strings.Split(strings.TrimSpace(string(output)), "\n")
	if err != nil || len(answers) != len(pairs) {
		t.Fatalf("%d answers to %d pairs: %v", len(answers), len(pairs), err)
	}
	return answers
}

// readLess matches what only CPython reads: a * before what a comprehension
// binds, a lambda's / and bare * and, after a semicolon, assignments and unpacking.
var readLess = regexp.MustCompile(`for\s*\*|lambda.*/|lambda.*\*\s*,|;.*[:*=]`)

// checkEqualities compares our equality with CPython's.
func checkEqualities(t *testing.T, mode string, pairs [][2]string, leastEqual int) {
	t.Helper()
	equalities := 0
	for i, answer := range cpython(t, mode, pairs) {
		source, published := pairs[i][0], pairs[i][1]
		parseSource := parseBare
		if mode == "assertion" {
			parseSource = parseAssertion
		}
		got := parseSource(source)
		want, ok := parseJSON(published)
		if !ok {
			t.Errorf("%q: not read", published)
		}
		if answer == "true" && mode == "assertion" && readLess.MatchString(source) {
			continue
		}
		if equal(got, want) != (answer == "true") {
			t.Errorf("%q for %s: ours %v (%v), CPython %s", source, published, equal(got, want), got, answer)
		}
		if answer == "true" {
			equalities++
		}
	}
	t.Logf("%d of %d pairs are equal", equalities, len(pairs))
	if equalities < leastEqual || equalities > len(pairs)*9/10 {
		t.Error("too one-sided to say much")
	}
}

func TestLiteralsAgainstCPython(t *testing.T) {
	s := speller{rand.New(rand.NewPCG(1, 2))}
	var pairs [][2]string
	for range 6000 {
		python, published := s.value(3)
		if s.IntN(8) == 0 {
			_, published = s.value(1)
		}
		pairs = append(pairs, [2]string{python, published})
	}
	checkEqualities(t, "literal", pairs, 1500)
}

// TestAssertionsAgainstCPython changes assertions at random, which breaks most.
func TestAssertionsAgainstCPython(t *testing.T) {
	s := speller{rand.New(rand.NewPCG(3, 4))}
	seeds := []string{
		"assert f([1, 2], 'a', k=3) == 2, 'message' # end", "assert (f(x for x in y if z)) == 1 + 1", "assert a.b[1:2](**c)[0] == 2 == 3 ; x, 4",
		"assert f(lambda x, *y: x) == -2 ** 2 + 6", "assert f({1: 2, **a}, {3, *b}, (4,)) == (2) is not 2", "assert f(not a or b if c else d) == 0x2", "assert await f('''a''' \"b\") == 2.0 ;",
	}
	parts := strings.Fields(`( ) [ ] { } , : ; = == != < + - * ** / // % @ & | ^ ~ << >> . ... := -> and or not in is if else for async lambda
		assert await pass None True 1 2 2.5 'a' b"c" r'\' x f # \ ! ? $ 1e2 07 0b2 2_ "`)
	var pairs [][2]string
	for range 8000 {
		text := seeds[s.IntN(len(seeds))]
		for range 1 + s.IntN(2) {
			from := s.IntN(len(text))
			to := min(from+s.IntN(3), len(text))
			text = text[:from] + s.pick("", " ", parts[s.IntN(len(parts))], " "+parts[s.IntN(len(parts))]+" ") + text[to:]
		}
		pairs = append(pairs, [2]string{strings.TrimSpace(text), "2"})
	}
	checkEqualities(t, "assertion", pairs, 1000)
}

func TestArithmeticAgainstCPython(t *testing.T) {
	s := speller{rand.New(rand.NewPCG(5, 6))}
	var pairs [][2]string
	for range 6000 {
		pairs = append(pairs, [2]string{s.expression(3), ""})
	}
	values := 0
	for i, answer := range cpython(t, "arithmetic", pairs) {
		got := parseBare(pairs[i][0])
		_, ok := known(got)
		answer = strings.ReplaceAll(answer, "Infinity", "1e999")
		want, _ := parseJSON(answer)
		_, isOctets := got.(octets)
		if answer == "null" && (!ok || isOctets) || got == tooLarge {
			continue
		}
		values++
		if !ok || !equal(listed(got), want) {
			t.Errorf("%s: ours %v, CPython %s", pairs[i][0], got, answer)
		}
	}
	t.Logf("%d of %d have a value", values, len(pairs))
	if values < 1500 {
		t.Error("too few values to say much")
	}
}

// listed writes tuples as lists, as JSON does.
func listed(v value) value {
	switch v := v.(type) {
	case tuple:
		return listed(list(v))
	case list:
		items := make(list, len(v))
		for i := range v {
			items[i] = listed(v[i])
		}
		return items
	}
	return v
}

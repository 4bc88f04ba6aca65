package agents

import (
	"os"
	"path/filepath"
	"testing"
)

func TestCompiles(t *testing.T) {
	for _, code := range []string{
		"x = 1", "import os\n\nif x:\n    y = [\n1,\n  2]\n# end\nelse:\n\tz = {'a': 1}\n", "def f(a: int = 3, *b, **c) -> str:\n    \"\"\"Say \"it\".\n  more\"\"\"\n    return f\"{a!r}\" 'b'\n",
		"@cache\ndef f(): pass\n", "match x:\n    case 1:\n        pass\n", "match = 5; type = 3", "x = a if not b else -c ** 2 // 1e-5 != 0xFF", "print(\"\\\"\", r'\\d', '''\n''')",
		"x = 1 + \\\n  2", "for i in range(3):\n    if i:\n        print(i)\n    print()\nprint(...)", "größe = 1", "if x: pass\nelif y: pass",
	} {
		if !compiles(code) {
			t.Errorf("is Python: %q", code)
		}
	}
	for _, code := range []string{
		"", "# nothing", "Plan.", "Draw the topics", "pip install numpy", "python code.py", "const x = 1;", "import fs from \"fs\";\nlet y = 2", "x = (1", "x = 1)", "x = [1)", "x = 'a",
		"x = \"\"\"a", "if x:", "if x:\ny", "x = 1\n  y = 2", "if x:\n    y\n  z", "echo $HOME", "a ? b", "x = 1\n```", "x = 1 +", "= 3", "“x”", "fn main() {\n  println!(\"a\");\n}", "x = “a”",
	} {
		if compiles(code) {
			t.Errorf("is no Python: %q", code)
		}
	}
}

// TestProgramsCompile holds the check against real programs.
func TestProgramsCompile(t *testing.T) {
	paths, err := filepath.Glob("../runner/student/hf/*.py")
	if err != nil || len(paths) == 0 {
		t.Fatalf("%d programs: %v", len(paths), err)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !compiles(string(data)) {
			t.Errorf("%s is Python", path)
		}
	}
}

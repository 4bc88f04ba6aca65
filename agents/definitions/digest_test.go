package definitions

import (
	"os"
	"path/filepath"
	"testing"
)

// A program is its files, wherever they lie.
func TestDigestOfAProgram(t *testing.T) {
	digest := func(code string) string {
		t.Helper()
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "agent.py"), []byte(code), 0o644); err != nil {
			t.Fatal(err)
		}
		d := Definition{Name: "x", Provider: Command, Command: []string{"python3", "agent.py"}, Folder: dir}
		digest, err := d.Digest()
		if err != nil {
			t.Fatal(err)
		}
		return digest
	}
	if one, two := digest("print(1)"), digest("print(1)"); one != two {
		t.Error("the same program in another folder has another digest")
	}
	if one, two := digest("print(1)"), digest("print(2)"); one == two {
		t.Error("another program has the same digest")
	}
}

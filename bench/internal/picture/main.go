// Command picture draws the pipeline of the benchmark, as the README shows it: the
// boxes of a trial and of its final score, in a light and in a dark SVG.
//
// `make picture` runs it in the root of the repository. A test compares the files with
// what it draws. It is not for figures of results; package report/figure draws those.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	for _, t := range themes {
		path := filepath.Join("bench", "doc", t.file)
		if err := os.WriteFile(path, draw(t), 0o644); err != nil {
			fmt.Fprintf(os.Stderr, "picture: %v\n", err)
			os.Exit(1)
		}
	}
}

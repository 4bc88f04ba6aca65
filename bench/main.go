// Command autodatabench runs LLM agents as data engineers under fixed budgets
// and ranks them by how much a student model improves. See README.md.
package main

import (
	"os"

	"github.com/autodatabench/autodatabench/bench/internal/cli"
)

func main() { os.Exit(cli.Main()) }

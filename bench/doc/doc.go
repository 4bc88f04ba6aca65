// Package doc holds the pages of documentation that the program shows itself. It is not
// for anything else: the other pages are read where they lie.
package doc

import _ "embed"

// Pages that the program shows, in Markdown.
var (
	//go:embed concepts.md
	Concepts []byte
	//go:embed design/methods.md
	Methods []byte
	//go:embed design/protocol.md
	Protocol []byte
)

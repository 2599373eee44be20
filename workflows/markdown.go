package workflows

import (
	"strings"
)

// BoundedDetails cuts a text at the end of a line, so that Temporal accepts it as a workflow's details.
func BoundedDetails(text string) string {
	if len(text) <= DetailsLimit {
		return text
	}
	cut := strings.LastIndexByte(text[:DetailsLimit], '\n')
	return text[:max(cut, 0)] + "\n…"
}

// MarkdownCell makes words from outside harmless in a Markdown table.
func MarkdownCell(words string) string {
	return strings.NewReplacer("|", "\\|", "\n", " ", "\r", " ", "<", "‹", ">", "›", "`", "'", "[", "(", "]", ")").Replace(words)
}

// DetailsLimit bounds details in bytes; Temporal keeps 20 KB.
const DetailsLimit = 18_000

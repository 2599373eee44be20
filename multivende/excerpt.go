package multivende

import (
	"bytes"
	"encoding/json"
	"html"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

const maxExcerpt = 200

var (
	hiddenLink   = regexp.MustCompile(`(?i)\b[a-z][a-z0-9+.-]*://[^\s"'<>]+`)
	hiddenToken  = regexp.MustCompile(`(?i)\bbearer\s+\S+|\b(?:rt|ac)-[0-9a-f-]{8,}|\beyJ[\w-]+(?:\.[\w-]*)*|[A-Za-z0-9+/_=]{33,}`)
	hiddenEmail  = regexp.MustCompile(`[^\s@<>"']+@[^\s@<>"']+`)
	uuidOrDigits = regexp.MustCompile(`(?i)\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\+?\d[\d.\- ]{5,}\d(?:-[\dkK]\b)?`)
	htmlTitle    = regexp.MustCompile(`(?is)<(?:title|h1)[^>]*>(.*?)</(?:title|h1)>`)
	htmlTag      = regexp.MustCompile(`(?s)<[^>]*>`)
)

// cleanWords makes words safe for logs, histories and people: one line without control characters, at
// most 200 characters, with links, tokens, e-mail addresses and long runs of digits (telephones,
// documents) removed. The ids of the hub's objects stay. The hub's own words also go through said.
func cleanWords(words string) string {
	if len(words) > 16*maxExcerpt {
		words = words[:16*maxExcerpt]
	}
	words = strings.ToValidUTF8(words, "")
	words = strings.Join(strings.FieldsFunc(words, func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsPrint(r)
	}), " ")
	words = hiddenLink.ReplaceAllString(words, "[link]")
	words = uuidOrDigits.ReplaceAllStringFunc(words, func(found string) string {
		if len(found) == 36 && strings.Count(found, "-") == 4 {
			return found
		}
		return "[number]"
	})
	words = hiddenToken.ReplaceAllString(words, "[token]")
	words = hiddenEmail.ReplaceAllString(words, "[e-mail]")
	return shorten(words, maxExcerpt)
}

func shorten(words string, most int) string {
	if utf8.RuneCountInString(words) <= most {
		return words
	}
	return string([]rune(words)[:most-1]) + "…"
}

// excerptOf takes from the body of a refusal what says why: the message of a JSON object, the title
// of a page, or the start of plain text. From other JSON it takes nothing, because that may be an
// order. Secrets are removed, even if only their beginning is quoted.
func excerptOf(body []byte, secrets ...string) string {
	body = bytes.TrimSpace(body)
	switch {
	case len(body) == 0:
		return "the answer is empty"
	case looksLikeHTML(body):
		return titleOf([]byte(hideSecrets(string(body), secrets)))
	case body[0] == '{' || body[0] == '[' || body[0] == '"':
		return withoutNames(hideSecrets(messageOf(body), secrets))
	}
	return withoutNames(hideSecrets(string(body), secrets))
}

// leastQuoted is the shortest beginning of a secret that is removed.
const leastQuoted = 8

// hideSecrets replaces secrets with stars.
func hideSecrets(words string, secrets []string) string {
	for _, secret := range secrets {
		if secret == "" {
			continue
		}
		words = strings.ReplaceAll(words, secret, stars)
		if len(secret) <= leastQuoted {
			continue
		}
		for {
			start := strings.Index(words, secret[:leastQuoted])
			if start < 0 {
				break
			}
			end := leastQuoted
			for start+end < len(words) && end < len(secret) && words[start+end] == secret[end] {
				end++
			}
			words = words[:start] + stars + words[start+end:]
		}
	}
	return words
}

func looksLikeHTML(body []byte) bool {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
	return len(body) > 0 && body[0] == '<'
}

func titleOf(page []byte) string {
	found := htmlTitle.FindSubmatch(page)
	if found == nil {
		return "a page instead of JSON"
	}
	title := html.UnescapeString(string(htmlTag.ReplaceAll(found[1], []byte(" "))))
	return "a page instead of JSON: " + withoutNames(title)
}

// messageKeys are the members that may hold the reason of a refusal, best first. The guide shows no
// error body; clients of the hub read name, and errors quoted from channels have message and error.
var messageKeys = []string{"message", "error", "reason", "description", "detail", "name"}

// messageOf finds the words in a JSON object (also inside an array or a string) by messageKeys;
// "" when there are none.
func messageOf(raw []byte) string {
	return messageWithin(raw, 4)
}

func messageWithin(raw []byte, depth int) string {
	raw = bytes.TrimSpace(raw)
	if depth == 0 || len(raw) == 0 {
		return ""
	}
	switch raw[0] {
	case '"':
		words := scalar(raw)
		if inner := strings.TrimSpace(words); strings.HasPrefix(inner, "{") || strings.HasPrefix(inner, "[") {
			return messageWithin([]byte(inner), depth-1)
		}
		return words
	case '[':
		if all := elementsOf(raw); len(all) > 0 {
			return messageWithin(all[0], depth-1)
		}
	case '{':
		var members map[string]json.RawMessage
		if json.Unmarshal(raw, &members) != nil {
			return ""
		}
		for _, key := range messageKeys {
			if words := messageWithin(members[key], depth-1); words != "" {
				return words
			}
		}
	}
	return ""
}

package sandbox

import (
	"encoding/json"
	"net/http"
	"strings"
)

// problem is the answer of a fault that is a status.
func (f Fault) problem(status int) answer {
	text := http.StatusText(status)
	switch f.AnswerAs {
	case "page":
		return answer{status: status, kind: "text/html; charset=utf-8",
			raw: []byte("<html><head><title>" + text + "</title></head><body><center><h1>" + text + "</h1></center><hr>proxy</body></html>")}
	case "nothing":
		return answer{status: status, kind: "application/json", raw: []byte{}}
	}
	words := f.Says
	if words == "" {
		words = "a fault of the plan"
	}
	return problem(status, strings.ReplaceAll(text, " ", "")+"Error", words)
}

// reshape gives a good answer another shape: within a member, or without one of its members.
func (f Fault) reshape(given answer) answer {
	if given.status > 299 || given.raw != nil || f.Answer != "wrapped" && f.Answer != "without" {
		return given
	}
	if f.Answer == "wrapped" {
		given.body = map[string]any{"data": given.body}
		return given
	}
	content, err := json.Marshal(given.body)
	var read any
	if err != nil || json.Unmarshal(content, &read) != nil {
		return given
	}
	given.body = leaveOut(read, f.Member)
	return given
}

// leaveOut takes a member away from an object, the entries of a list, or the objects of an array.
func leaveOut(value any, member string) any {
	switch value := value.(type) {
	case []any:
		for _, one := range value {
			leaveOut(one, member)
		}
	case map[string]any:
		delete(value, member)
		if entries, is := value["entries"].([]any); is {
			leaveOut(entries, member)
		}
	}
	return value
}

package door

import (
	"strings"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/wording"
)

// languageOf is the first language of Accept-Language in which there are words, else English.
func languageOf(accepted string) wording.Language {
	for tag := range strings.SplitSeq(accepted, ",") {
		tag, _, _ = strings.Cut(strings.TrimSpace(tag), ";")
		tag, _, _ = strings.Cut(tag, "-")
		switch language := wording.Language(strings.ToLower(tag)); language {
		case wording.Spanish, wording.Portuguese, wording.English:
			return language
		}
	}
	return wording.English
}

// Reason is why something is as it is: a code with values for programs, words for people in the language asked for.
type Reason struct {
	Words  string            `json:"reason" doc:"Why, in the language that Accept-Language asks for: es, pt or en."`
	Code   string            `json:"reason_code,omitempty" doc:"Why, for programs; docs/reasons.md lists the codes."`
	Values map[string]string `json:"reason_values,omitempty" doc:"What the code's sentence names."`
	Also   []AlsoReason      `json:"reason_also,omitempty" doc:"Further reasons; reason says them too."`
}

// AlsoReason is a further reason.
type AlsoReason struct {
	Words  string            `json:"reason"`
	Code   string            `json:"reason_code,omitempty"`
	Values map[string]string `json:"reason_values,omitempty"`
}

// sayReason words a reason; those that further reasons have in turn stand beside them.
func sayReason(r contract.Reason, language wording.Language) Reason {
	said := Reason{Words: wording.Say(r, language), Code: string(r.Code), Values: r.Values}
	for _, also := range r.Also {
		further := sayReason(also, language)
		also.Also = nil
		said.Also = append(said.Also, AlsoReason{wording.Say(also, language), further.Code, further.Values})
		said.Also = append(said.Also, further.Also...)
	}
	return said
}

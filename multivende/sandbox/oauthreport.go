package sandbox

import (
	"strconv"
	"time"
)

// ReportOAuth says how OAuth was used.
type ReportOAuth struct {
	Connections int `json:"connections"` // rows of the application list: the first, and one a consent
	Consents    int `json:"consents"`
	Codes       int `json:"codes"`
	Exchanges   int `json:"exchanges"` // codes that became tokens
	Refreshes   int `json:"refreshes"` // refresh tokens that became new pairs
	Revocations int `json:"revocations"`
	// Refused counts refused exchanges and refreshes by what the hub said.
	Refused map[string]int `json:"refused"`
	// Reuses are refresh tokens that were sent again.
	Reuses []RefreshReuse `json:"reuses"`
	// SideBySide counts refreshes that came while another of the same connection was being answered.
	SideBySide int `json:"side_by_side"`
	// LostAnswers counts refreshes whose answer did not reach the caller.
	LostAnswers int `json:"lost_answers"`
	// TokenMinutesLeft is how many minutes of the hub's clock the newest token lives on; negative when it is dead.
	TokenMinutesLeft float64 `json:"token_minutes_left"`
}

// RefreshReuse is a refresh token that was sent again.
type RefreshReuse struct {
	At     time.Time `json:"at"`
	Before string    `json:"before"` // how the try before was answered: a status, or "lost"
	Answer string    `json:"answer"` // how this one was
}

// refreshing notes that a refresh has come; what it answers notes how it ended.
func (h *Hub) refreshing(text string) (ended func(status int, gone bool)) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	beside := false
	r := h.oauth.refreshes[text]
	if r != nil {
		h.oauth.underWay[r.application]++
		beside = h.oauth.underWay[r.application] > 1
	}
	return func(status int, gone bool) {
		h.mutex.Lock()
		defer h.mutex.Unlock()
		if r != nil {
			h.oauth.underWay[r.application]--
		}
		next := entry{At: h.clock.now(), Kind: "refreshed", ID: text, Status: status, Beside: beside}
		if gone {
			next.Status = 0
		}
		_ = h.record(next) // a lost count is no reason to withhold the answer
		h.refreshed(next)
	}
}

// refreshed counts how a refresh ended.
func (h *Hub) refreshed(past entry) {
	answered := strconv.Itoa(past.Status)
	if past.Status == 0 {
		answered = "lost"
		h.oauth.report.LostAnswers++
	}
	if past.Beside {
		h.oauth.report.SideBySide++
	}
	r := h.oauth.refreshes[past.ID]
	if r == nil {
		return
	}
	if r.ended != "" {
		h.oauth.report.Reuses = append(h.oauth.report.Reuses, RefreshReuse{At: past.At, Before: r.ended, Answer: answered})
	}
	r.ended = answered
}

// oauthReport is the report as it stands at a time.
func (h *Hub) oauthReport(now time.Time) ReportOAuth {
	report := h.oauth.report
	report.Connections = len(h.oauth.applications)
	report.Refused = map[string]int{}
	for words, count := range h.oauth.report.Refused {
		report.Refused[words] = count
	}
	report.Reuses = append([]RefreshReuse{}, report.Reuses...)
	for _, a := range h.oauth.applications {
		if a.token == nil {
			continue
		}
		report.TokenMinutesLeft = a.token.expires.Sub(now).Minutes()
		if a.token.dead {
			report.TokenMinutesLeft = -1
		}
	}
	return report
}

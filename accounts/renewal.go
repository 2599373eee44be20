package accounts

import (
	"time"

	"github.com/despacho/despacho/multivende"
)

const (
	// Margin is how much life a token has left when it is renewed, or half of a life that is shorter
	// than that; the hub's time.
	Margin = time.Hour
	// leastAge is what keeps a pair from being renewed as soon as it is given; the hub's time.
	leastAge = 10 * time.Second
	// freshPair is the age up to which only the clocks that a pair was given at count for it: a pair
	// that another clock calls old is not renewed in a loop; the hub's time.
	freshPair = 10 * time.Minute
	// lastTry is how long before the token's end a pause that the hub asked for is cut; the hub's time.
	lastTry = time.Minute
	// demandPause is the least age of a pair that was asked for because of a refusal, before it is
	// renewed because of another one; the hub's time.
	demandPause = time.Minute
	// longestPause bounds the pauses between tries that the hub does not ask for; the hub's time.
	longestPause = time.Minute
	// shortestPause keeps tries apart however fast the hub's clock runs; our time.
	shortestPause = 100 * time.Millisecond
	// sendSlack is what a send may take over its timeout before its answer counts as lost; our time.
	// The clocks of two workers must not be further apart.
	sendSlack = 20 * time.Second
)

// moment is now, on both clocks.
type moment struct {
	ours, hub time.Time
	speed     float64
}

// real turns a span of the hub's time into one of ours.
func (m moment) real(hub time.Duration) time.Duration { return time.Duration(float64(hub) / m.speed) }

// verdict is what is to be done about an account now.
type verdict int

const (
	rest verdict = iota // nothing, for so long
	hold                // a renewal has begun; the next step is after so long
	send                // send the refresh token
	stop                // it can no longer be renewed
)

// decide says what is to be done, for how long nothing, and why it stops. refused: the hub
// refuses the present token.
func (a *Account) decide(m moment, refused bool) (what verdict, wait time.Duration, reason string) {
	if a.State == NeedsConsent {
		return rest, 0, ""
	}
	renewal, life := &a.Renewal, a.Life(m.hub)
	if left := renewal.Until.Sub(m.ours); left > 0 {
		return hold, left, ""
	}
	if !renewal.Until.IsZero() { // whoever sent it is gone, or too late
		renewal.Until = time.Time{}
		renewal.Lost++
		renewal.Trouble = "nobody knows what became of it"
	}
	begun, due := renewal.Tries > 0, a.dueIn(m.hub)
	switch {
	case renewal.Lost > 1:
		return stop, 0, "two answers of the hub to a renewal were lost, so the refresh token may be used up"
	case !begun && !refused && due > 0:
		return rest, m.real(due), ""
	case !m.hub.Before(a.RefreshExpiresAt):
		return stop, 0, "the refresh token ended at " + a.RefreshExpiresAt.Format(time.RFC3339) + because(renewal.Trouble)
	case life <= 0 && renewal.AfterEnd > 0:
		return stop, 0, "the token ended at " + a.ExpiresAt.Format(time.RFC3339) + ", and the one try after that did not renew it" + because(renewal.Trouble)
	}
	if left := renewal.NotBefore.Sub(m.ours); left > 0 {
		return hold, left, ""
	}
	if left := demandPause - m.hub.Sub(a.HubTime); refused && a.Demanded && !begun && due > 0 && left > 0 {
		return hold, m.real(left), ""
	}
	return send, 0, ""
}

// dueIn is how long until the pair is to be renewed; the hub's time.
func (a *Account) dueIn(hub time.Time) time.Duration {
	life := a.ExpiresAt.Sub(a.HubTime)
	age := life - Margin
	if age <= 0 {
		age = life / 2
	}
	return a.HubTime.Add(max(age, leastAge)).Sub(hub)
}

// fresh says whether the pair was given so lately that no clock but its own is asked.
func (a *Account) fresh(hub time.Time) bool { return hub.Sub(a.HubTime) < freshPair }

func because(trouble string) string {
	if trouble == "" {
		return ""
	}
	return " (" + trouble + ")"
}

// begin notes that the refresh token is about to be sent; from then on it counts as sent.
func (a *Account) begin(m moment, timeout time.Duration) {
	a.Renewal.Tries++
	if a.Life(m.hub) <= 0 {
		a.Renewal.AfterEnd++
	}
	a.Renewal.Until, a.Renewal.NotBefore = m.ours.Add(timeout+sendSlack), time.Time{}
}

// failed notes what became of a send that brought no tokens; after is the pause that the hub
// asked for, ours.
func (a *Account) failed(m moment, fate multivende.Fate, words string, after time.Duration, refused bool) {
	renewal := &a.Renewal
	grown := min(time.Second<<min(renewal.Tries-1, 10), longestPause)
	if renewal.Until.Sub(m.ours) <= sendSlack { // we gave up waiting, and the hub may be at it still
		grown = longestPause
	}
	renewal.Until, renewal.Trouble = time.Time{}, words
	renewal.NotBefore = m.ours.Add(max(m.real(grown), shortestPause))
	switch fate {
	case multivende.Denied:
		a.stop("the hub refuses the refresh token: "+words, refused)
	case multivende.Lost:
		if renewal.Lost++; renewal.Lost > 1 {
			a.stop("two answers of the hub to a renewal were lost, so the refresh token may be used up"+because(words), refused)
		}
	case multivende.NotSent:
		if a.Life(m.hub) <= 0 {
			renewal.AfterEnd = max(renewal.AfterEnd-1, 0)
		}
	case multivende.Postponed:
		if left := m.real(a.Life(m.hub) - lastTry); left > 0 {
			after = min(after, left)
		}
		if asked := m.ours.Add(after); asked.After(renewal.NotBefore) {
			renewal.NotBefore = asked
		}
	}
}

// PausedReason is what a run says that waits for a new code.
const PausedReason = "needs_consent: the hub lets us in no more for this merchant, and the run waits. " + HowToConsent

// HowToConsent is the way that makes no second connection, for the operator to pass on.
const HowToConsent = "the merchant opens Aplicaciones, Listado de aplicaciones, the pencil of this application, " +
	"Generar código de autorización, and gives the code (ac-…) to the operator, who runs: starter connect --code ac-…"

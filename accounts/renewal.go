package accounts

import (
	"time"

	"github.com/despacho/despacho/multivende"
)

const (
	// RenewalMargin is how much life a token has left when it is renewed, in the hub's time; for a shorter
	// life, half of it.
	RenewalMargin = time.Hour
	// leastAge keeps a pair from being renewed as soon as it is issued; the hub's time.
	leastAge = 10 * time.Second
	// freshPair is the age up to which only the clock that a pair was issued by counts for it, so that
	// a pair that another clock calls old is not renewed in a loop; the hub's time.
	freshPair = 10 * time.Minute
	// lastTry is how long before the token expires a pause that the hub asked for is cut short; the
	// hub's time.
	lastTry = time.Minute
	// demandPause is how old a pair that was requested because of a refusal must be before another
	// refusal renews it; the hub's time.
	demandPause = time.Minute
	// longestPause bounds the pauses between attempts, except those that the hub asks for; the
	// hub's time.
	longestPause = time.Minute
	// shortestPause keeps attempts apart however fast the hub's clock runs; our time.
	shortestPause = 100 * time.Millisecond
	// sendSlack is how much longer than its timeout a request may take before its answer counts as
	// lost; our time. The clocks of two workers must not differ by more.
	sendSlack = 20 * time.Second
)

// moment is now, on both clocks.
type moment struct {
	ours, hub time.Time
	speed     float64
}

// real converts a span of the hub's time into ours.
func (m moment) real(hub time.Duration) time.Duration { return time.Duration(float64(hub) / m.speed) }

// renewalStep is what has to be done about an account now.
type renewalStep int

const (
	restFor      renewalStep = iota // nothing to do until wait has passed
	holdRenewal                     // a renewal is under way; look again after wait
	sendToken                       // send the refresh token
	stopRenewing                    // it can no longer be renewed
)

// decideRenewal says what has to be done, how long to wait otherwise, and why renewals stop. refused: the
// hub refuses the present token.
func (a *Account) decideRenewal(m moment, refused bool) (what renewalStep, wait time.Duration, reason string) {
	if a.State == NeedsConsent {
		return restFor, 0, ""
	}
	renewal, life := &a.Renewal, a.Life(m.hub)
	if left := renewal.Until.Sub(m.ours); left > 0 {
		return holdRenewal, left, ""
	}
	if !renewal.Until.IsZero() { // its sender has ended, or is too late
		renewal.Until = time.Time{}
		renewal.Lost++
		renewal.Trouble = "its result is not known"
	}
	begun, due := renewal.Tries > 0, a.dueIn(m.hub)
	switch {
	case renewal.Lost > 1:
		return stopRenewing, 0, "two answers of the hub to a renewal were lost, so the refresh token may already have been used"
	case !begun && !refused && due > 0:
		return restFor, m.real(due), ""
	case !m.hub.Before(a.RefreshExpiresAt):
		return stopRenewing, 0, "the refresh token expired at " + a.RefreshExpiresAt.Format(time.RFC3339) + withCause(renewal.Trouble)
	case life <= 0 && renewal.AfterEnd > 0:
		return stopRenewing, 0, "the token expired at " + a.ExpiresAt.Format(time.RFC3339) + ", and the one attempt after that did not renew it" + withCause(renewal.Trouble)
	}
	if left := renewal.NotBefore.Sub(m.ours); left > 0 {
		return holdRenewal, left, ""
	}
	if left := demandPause - m.hub.Sub(a.HubTime); refused && a.RenewedOnDemand && !begun && due > 0 && left > 0 {
		return holdRenewal, m.real(left), ""
	}
	return sendToken, 0, ""
}

// dueIn is how long until the pair has to be renewed; the hub's time.
func (a *Account) dueIn(hub time.Time) time.Duration {
	life := a.ExpiresAt.Sub(a.HubTime)
	age := life - RenewalMargin
	if age <= 0 {
		age = life / 2
	}
	return a.HubTime.Add(max(age, leastAge)).Sub(hub)
}

// fresh reports whether the pair is so new that only the clock it was issued by counts.
func (a *Account) fresh(hub time.Time) bool { return hub.Sub(a.HubTime) < freshPair }

func withCause(trouble string) string {
	if trouble == "" {
		return ""
	}
	return " (" + trouble + ")"
}

// beginRenewal records that the refresh token is about to be sent; from then on it counts as sent.
func (a *Account) beginRenewal(m moment, timeout time.Duration) {
	a.Renewal.Tries++
	if a.Life(m.hub) <= 0 {
		a.Renewal.AfterEnd++
	}
	a.Renewal.Until, a.Renewal.NotBefore = m.ours.Add(timeout+sendSlack), time.Time{}
}

// recordFailure records a request that brought no tokens; after is the pause that the hub asked for, in
// our time.
func (a *Account) recordFailure(m moment, fate multivende.Fate, words string, after time.Duration, refused bool) {
	renewal := &a.Renewal
	grown := min(time.Second<<min(renewal.Tries-1, 10), longestPause)
	if renewal.Until.Sub(m.ours) <= sendSlack { // we gave up waiting, and the hub may still be working on it
		grown = longestPause
	}
	renewal.Until, renewal.Trouble = time.Time{}, words
	renewal.NotBefore = m.ours.Add(max(m.real(grown), shortestPause))
	switch fate {
	case multivende.Denied:
		a.requireConsent("the hub refuses the refresh token: "+words, refused)
	case multivende.Lost:
		if renewal.Lost++; renewal.Lost > 1 {
			a.requireConsent("two answers of the hub to a renewal were lost, so the refresh token may already have been used"+withCause(words), refused)
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

// HowToConsent tells the operator how to get a new code without making a second connection.
const HowToConsent = "the merchant opens Aplicaciones, Listado de aplicaciones, the pencil of this application, " +
	"Generar código de autorización, and gives the code (ac-…) to the operator, who runs: starter connect --code ac-…"

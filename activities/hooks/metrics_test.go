package hooks

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
	book "github.com/despacho/despacho/hooks"
	"github.com/despacho/despacho/partners"
)

// TestHowTriesEndIsTold, with the time that a message waited, and which webhooks are turned off for what.
func TestHowTriesEndIsTold(t *testing.T) {
	t.Parallel()
	status := http.StatusServiceUnavailable
	r := newReceiver(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
	s := newScene(t, callerOf(t, []string{"127.0.0.1"}, r))
	var tries []Try
	var off []string
	s.steps.Ended = func(try Try) { tries = append(tries, try) }
	s.steps.TurnedOff = func(merchant string, why book.Why) { off = append(off, merchant+" "+string(why)) }
	id := s.add(r.URL)
	last := func() Try {
		require.NotEmpty(t, tries)
		return tries[len(tries)-1]
	}

	s.tell("d-1")
	done, _ := s.deliver(id)
	assert.Equal(t, Try{Event: contract.LabelReady, Outcome: "retrying"}, last())
	status, s.now = http.StatusNoContent, s.now.Add(59*time.Second)
	_, all := s.deliver(id, done.Parked...)
	assert.Equal(t, "delivered", last().Outcome)
	assert.InDelta(t, 60, last().Waited.Seconds(), 0.01)

	_, err := (&book.Outbox{Store: s.store, Now: s.time}).Replay(t.Context(), merchant, id, all[0].Name)
	require.NoError(t, err)
	s.deliver(id)
	assert.Equal(t, Try{Event: contract.LabelReady, Outcome: "delivered"}, last(), "a replay says nothing of how long an event took")

	status = http.StatusInternalServerError
	s.tell("d-2")
	s.now = s.now.Add(Patience())
	done, _ = s.deliver(id)
	done.Parked[0].Tries, done.Parked[0].Due = len(pauses), s.now
	s.now = s.now.Add(Patience())
	_, err = s.steps.Deliver(t.Context(), DeliverInput{Merchant: merchant, ID: id, Parked: done.Parked, Since: done.Since})
	require.NoError(t, err)
	assert.Equal(t, Try{Event: contract.LabelReady, Outcome: "failed"}, last())
	assert.Equal(t, []string{"m-1 unreachable"}, off)

	status = http.StatusGone
	id = s.add(r.URL)
	s.tell("d-3")
	s.deliver(id)
	assert.Equal(t, Try{Event: contract.LabelReady, Outcome: Gone}, last())
	id = s.add(r.URL)
	_, err = partners.Book{Store: s.store, Now: s.time}.Revoke(t.Context(), s.partner)
	require.NoError(t, err)
	s.tell("d-4")
	s.deliver(id)
	assert.Equal(t, []string{"m-1 unreachable", "m-1 gone", "m-1 key_ended"}, off)
	assert.Len(t, tries, 6)
}

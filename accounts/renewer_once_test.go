package accounts

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/multivende"
)

func TestWhoComesSecondDoesNotSendTheRefreshToken(t *testing.T) {
	t.Parallel()
	w := connected(t)
	w.pass(5 * time.Hour)
	first, ended := w.doomed(beforeNoted, 0)
	w.settled(w.renewer(), 0)
	first.wake()
	<-ended
	assert.Equal(t, []string{"rt-1"}, w.sent(), "the account was changed since the second one read it, so it may not send")
	assert.EqualValues(t, 2, w.account().Generation)
}

func TestALongPauseOfTheHubEndsAMinuteBeforeTheToken(t *testing.T) {
	t.Parallel()
	w := connected(t)
	w.pass(5 * time.Hour)
	w.will(answer{fate: multivende.Postponed, after: 3 * time.Hour})
	w.settled(w.renewer(), 0)
	assert.Len(t, w.sent(), 2)
	assert.Equal(t, begin.Add(6*time.Hour-time.Minute), w.Now())
}

// drained is a hub during whose answer the worker is told to shut down.
type drained struct {
	*town
	end context.CancelFunc
}

func (d drained) Refresh(ctx context.Context, token multivende.Secret) (multivende.Grant, error) {
	d.end()
	if err := ctx.Err(); err != nil {
		return multivende.Grant{}, err
	}
	return d.town.Refresh(ctx, token)
}

func TestAWorkerThatEndsLetsARenewalComeToItsEnd(t *testing.T) {
	t.Parallel()
	w := connected(t)
	w.pass(5 * time.Hour)
	ctx, end := context.WithCancel(t.Context())
	defer end()
	r := w.renewer()
	r.OAuth = drained{w, end}
	_, err := r.Step(ctx, shop, 0)
	require.NoError(t, err)
	assert.Equal(t, "token-2", w.account().Token.Reveal(), "the new pair exists nowhere else")
}

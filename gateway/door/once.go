package door

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/despacho/despacho/storage"
)

// asked is a request under an Idempotency-Key as it stands in the store. It is there before anything is done, holds
// what was decided before that is done, and the answer before it is sent.
type asked struct {
	// Request is the SHA-256 of what was asked for.
	Request string `json:"request"`
	// Holder works on it until Until; afterwards it is gone, and another may go on.
	Holder string    `json:"holder"`
	Until  time.Time `json:"until,omitzero"`
	// Decided is what the request is to become, once that is decided.
	Decided json.RawMessage `json:"decided,omitempty"`
	// Answer is there when everything is done.
	Answer *answer `json:"answer,omitempty"`
}

// answer is how a request was answered.
type answer struct {
	Status   int             `json:"status"`
	Location string          `json:"location,omitempty"`
	Body     json.RawMessage `json:"body"`
}

// answerOf makes an answer; what it shows can always be written.
func answerOf(status int, location string, body any) (answer, error) {
	data, err := json.Marshal(body)
	return answer{Status: status, Location: location, Body: data}, err
}

const (
	// handleWithin bounds what is done for a request, without the wait for its end.
	handleWithin = 80 * time.Second
	// holdFor is how long a request belongs to the gateway that works on it: longer than that may work.
	holdFor = handleWithin + 10*time.Second
	// longestKey is how many characters an Idempotency-Key has at most.
	longestKey = 255
	// storeWithin bounds the last writes, which must happen whether or not the partner still listens.
	storeWithin = 10 * time.Second
)

// change is a request that changes something.
type change struct {
	// Route names what is asked for, Merchant for whom, Key is the Idempotency-Key.
	Route, Merchant, Key string
	// Request is what was asked for: the same has the same JSON.
	Request any
	Do      func(ctx context.Context, h *hold) (answer, error)
}

// hold is a request that is being worked on.
type hold struct {
	store  *storage.Store
	key    string
	etag   string
	record asked
	// id is the same for the same request, whoever works on it.
	id string
}

// once does a change exactly once, over the end of any gateway, and answers alike each time. What it does must itself
// have the same effect when it is begun again after it broke off.
func (d *Door) once(ctx context.Context, c change) (answer, error) {
	key := strings.Trim(c.Key, `"`)
	if key == "" || len(key) > longestKey || strings.ContainsFunc(key, func(r rune) bool { return r < 0x20 || r > 0x7e }) {
		return answer{}, problem(CodeKeyMissing)
	}
	keepConnection(ctx)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), handleWithin)
	defer cancel()
	h, done, err := d.hold(ctx, c, key)
	if err != nil || done != nil {
		return *cmp.Or(done, &answer{}), err
	}
	made, err := c.Do(ctx, h)
	if err != nil {
		h.release()
		return answer{}, err
	}
	return h.finish(made)
}

// hold takes a request up: nobody else works on it, or did.
func (d *Door) hold(ctx context.Context, c change, key string) (*hold, *answer, error) {
	fingerprint, err := fingerprintOf(c)
	if err != nil {
		return nil, nil, err
	}
	partner := partnerOf(ctx).ID
	digest := digestOf(key)
	h := &hold{store: d.Store, key: storage.PartnerRequest(c.Merchant, partner, digest), id: digestOf(partner + "\n" + c.Merchant + "\n" + key)}
	now := d.Now().UTC()
	h.record = asked{Request: fingerprint, Holder: uuid.NewString(), Until: now.Add(holdFor)}
	h.etag, err = d.Store.PutIf(ctx, h.key, h.record, "")
	if err == nil || !errors.Is(err, storage.ErrChanged) {
		return h, nil, err
	}
	var there asked
	etag, err := d.Store.GetTagged(ctx, h.key, &there)
	switch {
	case err != nil:
		return nil, nil, err
	case there.Request != fingerprint:
		return nil, nil, problem(CodeKeyReused)
	case there.Answer != nil:
		return nil, there.Answer, nil
	case now.Before(there.Until):
		return nil, nil, problem(CodeInProgress).wait(there.Until.Sub(now))
	}
	h.record.Decided = there.Decided
	h.etag, err = d.Store.PutIf(ctx, h.key, h.record, etag)
	if errors.Is(err, storage.ErrChanged) {
		return nil, nil, problem(CodeInProgress).wait(time.Second)
	}
	return h, nil, err
}

// decide fills value with what was decided before, or else writes down what it holds: from then on it stays so.
func (h *hold) decide(ctx context.Context, value any) error {
	if len(h.record.Decided) > 0 {
		return json.Unmarshal(h.record.Decided, value)
	}
	data, err := json.Marshal(value)
	if err != nil {
		return err
	}
	h.record.Decided = data
	h.etag, err = h.store.PutIf(ctx, h.key, h.record, h.etag)
	return h.taken(err)
}

// decided says whether something was decided before.
func (h *hold) decided() bool { return len(h.record.Decided) > 0 }

// finish writes the answer down.
func (h *hold) finish(made answer) (answer, error) {
	ctx, cancel := context.WithTimeout(context.Background(), storeWithin)
	defer cancel()
	h.record.Answer, h.record.Until = &made, time.Time{}
	_, err := h.store.PutIf(ctx, h.key, h.record, h.etag)
	return made, h.taken(err)
}

// taken is the error when somebody else has gone on with the request.
func (h *hold) taken(err error) error {
	if errors.Is(err, storage.ErrChanged) {
		return problem(CodeInProgress).wait(time.Second)
	}
	return err
}

// release lets others go on at once with a request that broke off. Where that cannot be written, they may later.
func (h *hold) release() {
	ctx, cancel := context.WithTimeout(context.Background(), storeWithin)
	defer cancel()
	h.record.Until = time.Time{}
	_, _ = h.store.PutIf(ctx, h.key, h.record, h.etag)
}

func fingerprintOf(c change) (string, error) {
	data, err := json.Marshal(struct {
		Route, Merchant string
		Request         any
	}{c.Route, c.Merchant, c.Request})
	return digestOf(string(data)), err
}

func digestOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

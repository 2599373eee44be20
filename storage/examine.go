package storage

import (
	"context"
	"errors"

	"github.com/samber/lo"
)

// Examination is what a store was found to offer.
type Examination struct {
	// Unconditional says which conditions of writes the server does not honour; nothing is safe
	// there. It wraps [ErrUnconditional].
	Unconditional error
	// Untried says why conditions could not be tried.
	Untried string
	// NoExpiry: the server offers no expiry rules, or does not permit us to see them.
	NoExpiry bool
	// Unruled are the kinds of objects whose expiry rule of ours is missing.
	Unruled []string
}

// Examine tries what despacho needs of the bucket: writing, conditional writes, expiry rules. It
// leaves nothing behind where it may delete, else one small object under raw/.
func (s *Store) Examine(ctx context.Context) (Examination, error) {
	var found Examination
	note, err := s.CheckConditions(ctx)
	if found.Untried = note; errors.Is(err, ErrUnconditional) {
		found.Unconditional = err
	} else if err != nil {
		return found, err
	}
	rules, err := s.expiryRules(ctx)
	if isNotOffered(err) {
		found.NoExpiry = true
		return found, nil
	}
	missing := lo.Filter(s.ages.byKind(), func(e expiring, _ int) bool { return !hasRule(rules, e.ruleID()) })
	found.Unruled = lo.Map(missing, func(e expiring, _ int) string { return e.kind })
	return found, s.explain("read the expiry rules", "", err)
}

package storage

import (
	"context"
	"errors"

	"github.com/samber/lo"
)

// Examination is what a store was found to support.
type Examination struct {
	// Unconditional says which conditions of writes the server ignores; despacho must not run
	// there. It wraps [ErrUnconditional].
	Unconditional error
	// WhyUntested says why conditions could not be tested.
	WhyUntested string
	// NoExpiry: the server offers no expiry rules, or does not permit us to see them.
	NoExpiry bool
	// KindsWithoutRule lists the kinds of objects that have no expiry rule of ours.
	KindsWithoutRule []string
}

// Examine tests what despacho needs of the bucket: writes, conditional writes, expiry rules. It
// leaves nothing behind if it may delete, otherwise one small object under raw/.
func (s *Store) Examine(ctx context.Context) (Examination, error) {
	var found Examination
	note, err := s.CheckConditions(ctx)
	if found.WhyUntested = note; errors.Is(err, ErrUnconditional) {
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
	found.KindsWithoutRule = lo.Map(missing, func(e expiring, _ int) string { return e.kind })
	return found, s.explain("read the expiry rules", "", err)
}

package storage

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/samber/lo"
)

// Examination is what a store was found to offer.
type Examination struct {
	// Unconditional: the server overwrites although it was told not to; nothing is safe there.
	Unconditional bool
	// NoExpiry: the server offers no expiry rules, or does not permit us to see them.
	NoExpiry bool
	// Unruled are the kinds of objects whose expiry rule of ours is missing.
	Unruled []string
}

// Examine tries what despacho needs of the bucket: reading, writing, conditional writes, expiry
// rules. It leaves nothing behind where it may delete, else one small object under runs/.
func (s *Store) Examine(ctx context.Context) (Examination, error) {
	var found Examination
	key := RunRequest("doctor", uuid.NewString())
	if _, err := s.PutIf(ctx, key, 1, ""); err != nil {
		return found, err
	}
	_, err := s.PutIf(ctx, key, 2, "")
	found.Unconditional = err == nil
	if err != nil && !errors.Is(err, ErrChanged) {
		return found, err
	}
	_ = s.Delete(ctx, key)
	rules, err := s.expiryRules(ctx)
	if isNotOffered(err) {
		found.NoExpiry = true
		return found, nil
	}
	missing := lo.Filter(s.ages.byKind(), func(e expiring, _ int) bool { return !hasRule(rules, e.ruleID()) })
	found.Unruled = lo.Map(missing, func(e expiring, _ int) string { return e.kind })
	return found, s.explain("read the expiry rules", "", err)
}

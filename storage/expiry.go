package storage

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/samber/lo"
)

const (
	day = 24 * time.Hour
	// uploadAge is the age at which the parts of an unfinished upload are removed.
	uploadAge = day
)

// Ages say how long objects are kept, by kind. Accounts, sites and partners' keys never expire.
type Ages struct {
	Raw       time.Duration // files as they came from the hub
	Labels    time.Duration // single labels and their records
	Runs      time.Duration // requests, outcomes, joined files and manifests of runs
	Published time.Duration // which run published which order
	Intake    time.Duration // what the intake knows about orders
	Statuses  time.Duration // requests and outcomes of status changes
	Prints    time.Duration // print jobs, records of prints, and the log of each day
	Requests  time.Duration // partners' requests under an Idempotency-Key, and their answers
}

// DefaultAges keep files from the hub and partners' requests for 30 days, the intake's knowledge and status changes for
// 60, labels for 90, runs, what they published and what was printed for 180.
var DefaultAges = Ages{
	Raw: 30 * day, Labels: 90 * day, Runs: 180 * day, Published: 180 * day, Intake: 60 * day, Statuses: 60 * day, Prints: 180 * day,
	Requests: 30 * day,
}

func (a Ages) orDefault() Ages {
	return Ages{
		Raw:       cmp.Or(a.Raw, DefaultAges.Raw),
		Labels:    cmp.Or(a.Labels, DefaultAges.Labels),
		Runs:      cmp.Or(a.Runs, DefaultAges.Runs),
		Published: cmp.Or(a.Published, DefaultAges.Published),
		Intake:    cmp.Or(a.Intake, DefaultAges.Intake),
		Statuses:  cmp.Or(a.Statuses, DefaultAges.Statuses),
		Prints:    cmp.Or(a.Prints, DefaultAges.Prints),
		Requests:  cmp.Or(a.Requests, DefaultAges.Requests),
	}
}

// expiring is a kind whose objects expire.
type expiring struct {
	kind string
	age  time.Duration
}

func (e expiring) prefix() string { return e.kind + "/" }
func (e expiring) ruleID() string { return "despacho-" + e.kind }

func (a Ages) byKind() []expiring {
	return []expiring{
		{kindRaw, a.Raw}, {kindLabels, a.Labels}, {kindRuns, a.Runs}, {kindPublished, a.Published},
		{kindIntake, a.Intake}, {kindStatuses, a.Statuses}, {kindPrints, a.Prints},
		{kindRequests, a.Requests},
	}
}

// ensureExpiry adds our rules to those of the bucket; an existing rule is left as the operator set
// it.
func (s *Store) ensureExpiry(ctx context.Context) (note string, err error) {
	present, err := s.expiryRules(ctx)
	if err == nil {
		missing := lo.Filter(s.wantedRules(), func(rule types.LifecycleRule, _ int) bool { return !hasRule(present, *rule.ID) })
		if len(missing) == 0 {
			return "", nil
		}
		_, err = s.client.PutBucketLifecycleConfiguration(ctx, &s3.PutBucketLifecycleConfigurationInput{
			Bucket:                 &s.bucket,
			LifecycleConfiguration: &types.BucketLifecycleConfiguration{Rules: slices.Concat(present, missing)},
		})
	}
	if isNotOffered(err) {
		if s.expiryNoted.Swap(true) {
			return "", nil
		}
		return fmt.Sprintf("bucket %s: the server answers %d to expiry rules, so despacho itself deletes old objects", s.bucket, httpStatus(err)), nil
	}
	return "", s.explain("set the expiry rules", "", err)
}

// expiryRules reads the bucket's rules; there may be none.
func (s *Store) expiryRules(ctx context.Context) ([]types.LifecycleRule, error) {
	output, err := s.client.GetBucketLifecycleConfiguration(ctx, &s3.GetBucketLifecycleConfigurationInput{Bucket: &s.bucket})
	if errorCode(err) == "NoSuchLifecycleConfiguration" {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return output.Rules, nil
}

func (s *Store) wantedRules() []types.LifecycleRule {
	return lo.Map(s.ages.byKind(), func(e expiring, _ int) types.LifecycleRule {
		return types.LifecycleRule{
			ID:         aws.String(e.ruleID()),
			Status:     types.ExpirationStatusEnabled,
			Filter:     &types.LifecycleRuleFilter{Prefix: aws.String(e.prefix())},
			Expiration: &types.LifecycleExpiration{Days: aws.Int32(wholeDays(e.age))},
			AbortIncompleteMultipartUpload: &types.AbortIncompleteMultipartUpload{
				DaysAfterInitiation: aws.Int32(wholeDays(uploadAge)),
			},
		}
	})
}

func wholeDays(age time.Duration) int32 {
	return int32((age + day - 1) / day)
}

func hasRule(rules []types.LifecycleRule, id string) bool {
	return slices.ContainsFunc(rules, func(rule types.LifecycleRule) bool { return aws.ToString(rule.ID) == id })
}

// Expire deletes the objects that are too old at now, of those kinds for which the bucket has no
// expiry rule of ours, and returns how many. If the server has all such rules, it does nothing.
func (s *Store) Expire(ctx context.Context, now time.Time) (deleted int, err error) {
	rules, err := s.expiryRules(ctx)
	if err != nil && !isNotOffered(err) {
		return 0, s.explain("read the expiry rules", "", err)
	}
	for _, e := range s.ages.byKind() {
		if hasRule(rules, e.ruleID()) {
			continue
		}
		count, err := s.deleteBefore(ctx, e.prefix(), now.Add(-e.age))
		deleted += count
		if err == nil {
			err = s.abortUploadsBefore(ctx, e.prefix(), now.Add(-uploadAge))
		}
		if err != nil {
			return deleted, err
		}
	}
	return deleted, nil
}

func (s *Store) deleteBefore(ctx context.Context, prefix string, limit time.Time) (deleted int, err error) {
	var old []string
	flush := func() error {
		err := s.Delete(ctx, old...)
		if err == nil {
			deleted += len(old)
		}
		old = old[:0]
		return err
	}
	err = s.List(ctx, prefix, func(object Object) error {
		if object.Modified.Before(limit) {
			old = append(old, object.Key)
		}
		if len(old) < deletePage {
			return nil
		}
		return flush()
	})
	if err != nil {
		return deleted, err
	}
	return deleted, flush()
}

// abortUploadsBefore removes the parts of a large file that a killed process left behind.
func (s *Store) abortUploadsBefore(ctx context.Context, prefix string, limit time.Time) error {
	pages := s3.NewListMultipartUploadsPaginator(s.client, &s3.ListMultipartUploadsInput{Bucket: &s.bucket, Prefix: &prefix})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if isNotOffered(err) {
			return nil
		}
		if err != nil {
			return s.explain("list unfinished uploads of", prefix, err)
		}
		for _, upload := range page.Uploads {
			if !aws.ToTime(upload.Initiated).Before(limit) {
				continue
			}
			_, err := s.client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: &s.bucket, Key: upload.Key, UploadId: upload.UploadId})
			if err != nil && !isNotFound(err) {
				return s.explain("remove the unfinished upload of", aws.ToString(upload.Key), err)
			}
		}
	}
	return nil
}

package run

import (
	"context"
	"time"
)

// expiryPause is the time between deletions of old objects, where S3 does not delete them itself.
const expiryPause = 24 * time.Hour

// expire deletes old objects now and then daily, until ctx ends. Where the server
// has expiry rules, the store does nothing.
func (p *process) expire(ctx context.Context) {
	ticker := time.NewTicker(expiryPause)
	defer ticker.Stop()
	for {
		switch deleted, err := p.servers.Store.Expire(ctx, time.Now()); {
		case ctx.Err() != nil:
			return
		case err != nil:
			p.log.Warn("old objects could not be deleted; the worker tries again tomorrow", "deleted", deleted, "error", err)
		case deleted > 0:
			p.log.Info("old objects were deleted", "deleted", deleted)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

package run

import (
	"context"
	"os"
	"time"

	"github.com/despacho/despacho/storage"
)

// withDefaults fills in what a zero program works on.
func (p Program) withDefaults() Program {
	if p.In == nil {
		p.In = os.Stdin
	}
	if p.Out == nil {
		p.Out = os.Stdout
	}
	if p.Err == nil {
		p.Err = os.Stderr
	}
	if p.Runs == nil {
		p.Runs = dialRuns
	}
	if p.Store == nil {
		p.Store = openStore
	}
	if p.Temporal == nil {
		p.Temporal = Dial
	}
	if p.Objects == nil {
		p.Objects = openObjects
	}
	if p.Keeping == nil {
		p.Keeping = dialKeeping
	}
	if p.Browse == nil {
		p.Browse = browse
	}
	p.Callback = orDefault(p.Callback, Callback)
	if p.Statuses == nil {
		p.Statuses = dialStatuses
	}
	if p.Intakes == nil {
		p.Intakes = dialIntakes
	}
	if p.Schedules == nil {
		p.Schedules = dialSchedules
	}
	if p.Prepare == nil {
		p.Prepare = dialAndPrepare
	}
	if p.Now == nil {
		p.Now = time.Now
	}
	p.FollowEvery = orDefaultValue(p.FollowEvery, FollowEvery)
	p.PurgeWait = orDefaultValue(p.PurgeWait, PurgeWait)
	return p
}

func dialRuns(ctx context.Context) (Runs, error) {
	c, _, err := Dial(ctx)
	if err != nil {
		return nil, err
	}
	return TemporalRuns{Client: c}, nil
}

func dialStatuses(ctx context.Context) (StatusChanges, error) {
	c, _, err := Dial(ctx)
	if err != nil {
		return nil, err
	}
	return TemporalStatuses{Client: c}, nil
}

func openStore(ctx context.Context, bucket string) (Store, error) {
	store, err := storage.Open(ctx, storage.Config{Bucket: bucket})
	if err != nil {
		return nil, err
	}
	return store, nil
}

func dialAndPrepare(ctx context.Context) (did []string, err error) {
	c, namespace, err := Dial(ctx)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	return Prepare(ctx, c, namespace)
}

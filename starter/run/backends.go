package run

import (
	"cmp"
	"context"
	"os"
	"time"

	"github.com/despacho/despacho/accounts/consent"
	"github.com/despacho/despacho/client"
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
		p.Temporal = client.Dial
	}
	if p.Objects == nil {
		p.Objects = openObjects
	}
	if p.Keeping == nil {
		p.Keeping = dialKeeping
	}
	if p.Browse == nil {
		p.Browse = consent.OpenBrowser
	}
	p.Callback = cmp.Or(p.Callback, consent.CallbackAddress)
	if p.Statuses == nil {
		p.Statuses = dialStatuses
	}
	if p.Intakes == nil {
		p.Intakes = dialIntakes
	}
	if p.Schedules == nil {
		p.Schedules = dialSchedules
	}
	p = p.withSetup()
	if p.LabelIntake == nil {
		p.LabelIntake = dialLabelIntake
	}
	if p.Now == nil {
		p.Now = time.Now
	}
	p.FollowEvery = cmp.Or(p.FollowEvery, client.FollowEvery)
	p.PurgeWait = cmp.Or(p.PurgeWait, PurgeWait)
	return p
}

// withSetup is the program with what setup needs.
func (p Program) withSetup() Program {
	if p.Prepare == nil {
		p.Prepare = dialAndPrepare
	}
	if p.PrepareNexus == nil {
		p.PrepareNexus = dialAndPrepareNexus
	}
	return p
}

func dialRuns(ctx context.Context) (client.Runs, error) {
	c, _, err := client.Dial(ctx)
	if err != nil {
		return nil, err
	}
	return client.TemporalRuns{Client: c}, nil
}

func dialStatuses(ctx context.Context) (client.StatusChanges, error) {
	c, _, err := client.Dial(ctx)
	if err != nil {
		return nil, err
	}
	return client.TemporalStatuses{Client: c}, nil
}

func openStore(ctx context.Context, bucket string) (client.Store, error) {
	store, err := storage.Open(ctx, storage.Config{Bucket: bucket})
	if err != nil {
		return nil, err
	}
	return store, nil
}

func dialAndPrepare(ctx context.Context) (did []string, err error) {
	c, namespace, err := client.Dial(ctx)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	return client.Prepare(ctx, c, namespace)
}

func dialAndPrepareNexus(ctx context.Context, name string) (string, error) {
	c, namespace, err := client.Dial(ctx)
	if err != nil {
		return "", err
	}
	defer c.Close()
	return client.PrepareNexus(ctx, c, namespace, name)
}

func dialLabelIntake(ctx context.Context) (client.LabelIntake, error) {
	c, _, err := client.Dial(ctx)
	if err != nil {
		return nil, err
	}
	return client.TemporalIntakes{Client: c}, nil
}

func dialIntakes(ctx context.Context) (client.Intakes, error) {
	c, _, err := client.Dial(ctx)
	if err != nil {
		return nil, err
	}
	return client.TemporalIntakes{Client: c}, nil
}

func dialSchedules(ctx context.Context) (client.Schedules, error) {
	c, _, err := client.Dial(ctx)
	if err != nil {
		return nil, err
	}
	return client.TemporalSchedules{Client: c}, nil
}

func dialKeeping(ctx context.Context) (client.Keeping, error) {
	c, _, err := client.Dial(ctx)
	if err != nil {
		return nil, err
	}
	return client.TemporalKeeping{Client: c}, nil
}

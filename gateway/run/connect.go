package run

import (
	"cmp"
	"context"
	"fmt"

	"go.temporal.io/sdk/client"

	"github.com/despacho/despacho/service"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/workflows"
)

// connect reaches Temporal and the label store.
func (p *process) connect(ctx context.Context) error {
	if err := p.openTemporal(ctx); err != nil {
		return err
	}
	if err := p.openStore(ctx); err != nil {
		if p.options.Temporal == nil {
			p.temporal.Close()
		}
		return err
	}
	return nil
}

func (p *process) openTemporal(ctx context.Context) error {
	p.temporal, p.namespace = p.options.Temporal, cmp.Or(p.options.Namespace, client.DefaultNamespace)
	if p.temporal == nil {
		options, err := service.TemporalOptions(p.log, p.metrics.Temporal)
		if err != nil {
			return err
		}
		p.namespace = cmp.Or(options.Namespace, client.DefaultNamespace)
		if p.temporal, err = client.NewLazyClient(options); err != nil {
			return fmt.Errorf("TEMPORAL_*: Temporal's client cannot be made: %w", err)
		}
	}
	err := service.Until(ctx, p.log, "Temporal", p.settings.StartWait, p.checkTemporal)
	if err != nil && p.options.Temporal == nil {
		p.temporal.Close()
	}
	return err
}

func (p *process) openStore(ctx context.Context) (err error) {
	if p.store = p.options.Store; p.store == nil {
		if p.store, err = storage.Open(ctx, storage.Config{Bucket: p.settings.Bucket}); err != nil {
			return err
		}
	}
	return service.Until(ctx, p.log, "the label store", p.settings.StartWait, func(ctx context.Context) error {
		err := p.checkStore(ctx)
		if err != nil && ctx.Err() == nil && !storage.IsTransient(err) {
			return service.Final{Err: err}
		}
		return err
	})
}

func (p *process) checks() []service.Check {
	return []service.Check{{Name: "Temporal", Run: p.checkTemporal}, {Name: "label store", Run: p.checkStore}}
}

func (p *process) checkTemporal(ctx context.Context) error {
	return service.CheckSearchAttributes(ctx, p.temporal, p.namespace, workflows.SearchAttributes())
}

// checkStore looks for the account of nobody: cheap, and it fails when the bucket is gone.
func (p *process) checkStore(ctx context.Context) error {
	return p.store.List(ctx, storage.AccountsPrefix("no-such-merchant"), func(storage.Object) error { return nil })
}

package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/samber/lo"
	"go.temporal.io/api/workflowservice/v1"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
)

// accountFigures are one worker that begins for many connected merchants.
type accountFigures struct {
	TakesWork time.Duration // from its start
	LookedAt  time.Duration // from its start, until each merchant's token and orders are looked after
	Quiet     time.Duration // from its start, until each intake has polled once
	LaterCome time.Duration // from a merchant's new account in the store until it is looked after
	Megabytes float64
}

// accounts starts one worker for many merchants.
func (f flags) accounts(ctx context.Context, dir string, out io.Writer) error {
	if f.Accounts == 0 {
		return nil
	}
	figures, err := measureAccounts(ctx, filepath.Join(dir, "accounts"), f.Accounts)
	if err != nil {
		return err
	}
	return table(out, fmt.Sprintf("One worker that begins for %d connected merchants", f.Accounts), [][2]string{
		{"it takes work after (30 s are allowed)", seconds(figures.TakesWork)},
		{"all accounts are looked at, and have both workflows, after (60 s)", seconds(figures.LookedAt)},
		{"each intake has polled the hub after", seconds(figures.Quiet)},
		{"a merchant that comes later is looked after within (60 s)", seconds(figures.LaterCome)},
		{"the most memory of the worker's process", fmt.Sprintf("%.0f MB", figures.Megabytes)},
	})
}

func measureAccounts(ctx context.Context, dir string, merchants int) (f accountFigures, err error) {
	worlds := lo.Times(merchants+1, func(n int) sandbox.Options { return sandbox.Options{Seed: int64(n + 1), Orders: 1} })
	s, err := open(ctx, dir, 1, worlds...)
	if err != nil {
		return f, err
	}
	s.apart = true
	defer func() { err = cmp.Or(err, s.close()) }()
	for _, hub := range s.hubs[:merchants] {
		if err := s.connectUntold(ctx, hub); err != nil {
			return f, err
		}
	}
	began := time.Now()
	if err := s.work(ctx); err != nil {
		return f, err
	}
	f.TakesWork = time.Since(began)
	if err := s.lookedAfter(ctx, merchants); err != nil {
		return f, err
	}
	f.LookedAt = time.Since(began)
	for _, hub := range s.hubs[:merchants] {
		if err := s.quiet(ctx, hub.Merchant(), 0); err != nil {
			return f, err
		}
	}
	f.Quiet = time.Since(began)
	if err := s.connectUntold(ctx, s.hubs[merchants]); err != nil {
		return f, err
	}
	came := time.Now()
	if err := s.lookedAfter(ctx, merchants+1); err != nil {
		return f, err
	}
	f.LaterCome = time.Since(came)
	_, f.Megabytes, err = s.figures()
	return f, err
}

// lookedAfter waits until so many merchants have both workflows.
func (s *scene) lookedAfter(ctx context.Context, merchants int) error {
	return until(ctx, "each merchant has its workflows", func() (bool, error) {
		for _, kind := range []string{contract.CredentialsType, contract.IntakeType} {
			counted, err := patiently(ctx, func() (*workflowservice.CountWorkflowExecutionsResponse, error) {
				return s.onlooker.CountWorkflow(ctx, &workflowservice.CountWorkflowExecutionsRequest{
					Namespace: s.running.Namespace, Query: fmt.Sprintf("WorkflowType = '%s' AND ExecutionStatus = 'Running'", kind),
				})
			})
			if err != nil || counted.GetCount() < int64(merchants) {
				return false, err
			}
		}
		return true, nil
	})
}

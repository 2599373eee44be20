package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/intake"
	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
)

// tell uses one of a sandbox's controls.
func tell(hub *sandbox.Hub, control, body string) error {
	_, err := call(hub, http.MethodPost, control, body)
	return err
}

// ask reads one of a sandbox's pages.
func ask(hub *sandbox.Hub, page string) ([]byte, error) { return call(hub, http.MethodGet, page, "") }

func call(hub *sandbox.Hub, method, page, body string) ([]byte, error) {
	answer := httptest.NewRecorder()
	hub.ServeHTTP(answer, httptest.NewRequest(method, "/sandbox/"+page, strings.NewReader(body)))
	if answer.Code >= http.StatusBadRequest {
		return nil, fmt.Errorf("the sandbox answers %d to /sandbox/%s: %s", answer.Code, page, answer.Body)
	}
	return answer.Body.Bytes(), nil
}

// sold are the delivery orders of sales that came while the world ran.
func sold(report sandbox.Report) []sandbox.ReportOrder {
	return lo.Filter(report.Orders, func(o sandbox.ReportOrder, _ int) bool { return o.Life != "" })
}

// records are what the intake knows of each order; one that goes on meanwhile may be listed twice.
func (s *scene) records(ctx context.Context, merchant string) (map[string]contract.IntakeRecord, error) {
	records := map[string]contract.IntakeRecord{}
	for _, state := range contract.IntakeOrderStates() {
		listed, err := intake.ListIntake(ctx, s.store, merchant, state)
		if err != nil {
			return nil, err
		}
		for _, record := range listed {
			records[record.Order] = record
		}
	}
	return records, nil
}

// settle connects every merchant, lets a worker come, and waits until their intakes are quiet.
func (s *scene) settle(ctx context.Context) error {
	for _, hub := range s.hubs {
		if err := s.connect(ctx, hub); err != nil {
			return err
		}
	}
	if err := s.work(ctx); err != nil {
		return err
	}
	for _, hub := range s.hubs {
		if err := s.quiet(ctx, hub.Merchant(), 0); err != nil {
			return err
		}
	}
	return nil
}

// quiet waits until a merchant's intake has heard so many notifications and taken up all of them.
func (s *scene) quiet(ctx context.Context, merchant string, notifications int) error {
	intakes := client.TemporalIntakes{Client: s.onlooker}
	return until(ctx, "the intake takes up what it heard", func() (bool, error) {
		progress, err := intakes.Progress(ctx, merchant)
		if errors.Is(err, client.ErrNoAnswer) || errors.Is(err, client.ErrNoRun) {
			return false, nil
		}
		return err == nil && progress.Notifications >= notifications && progress.Waiting == 0 && !progress.Complete.IsZero(), err
	})
}

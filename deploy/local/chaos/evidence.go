package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"github.com/despacho/despacho/activities/intake"
	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
)

// evidence is what is known of one merchant once all is over: what the hub saw, and what our books say.
type evidence struct {
	Report   sandbox.Report
	Runs     []ranRun
	Changes  []ranChange
	Intake   map[string]contract.IntakeRecord
	Jobs     []printJob
	Paper    map[string]int // labels at the printer, by the code on them
	Consents int
	// Broken are files of runs that are not as their manifests say.
	Broken []string
}

// collect gathers the evidence.
func (w *work) collect(ctx context.Context) (e evidence, err error) {
	w.mutex.Lock()
	e.Runs, e.Changes, e.Jobs, e.Consents = w.runs, w.changes, w.jobs, w.consents
	w.mutex.Unlock()
	if err := w.report(ctx, &e.Report); err != nil {
		return e, err
	}
	e.Intake, e.Paper = map[string]contract.IntakeRecord{}, map[string]int{}
	for _, state := range contract.IntakeOrderStates() {
		listed, err := intake.ListIntake(ctx, w.store, w.merchant, state)
		if err != nil {
			return e, err
		}
		for _, record := range listed {
			e.Intake[record.Order] = record
		}
	}
	for _, job := range e.Jobs {
		for _, code := range job.Codes {
			e.Paper[code] = w.onPaper(code)
		}
	}
	for _, ran := range e.Runs {
		for _, file := range client.Files(ran.Result) {
			if problem := w.examine(ctx, file); problem != "" {
				e.Broken = append(e.Broken, fmt.Sprintf("run %s: %s", ran.Key, problem))
			}
		}
	}
	return e, nil
}

// examine reads a file of a run and compares it with the result.
func (w *work) examine(ctx context.Context, file client.File) string {
	content, _, err := w.store.Reader(ctx, file.Key)
	if err != nil {
		return fmt.Sprintf("its file %s cannot be read: %v", file.Key, err)
	}
	defer content.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, content); err != nil {
		return fmt.Sprintf("its file %s cannot be read: %v", file.Key, err)
	}
	if got := hex.EncodeToString(sum.Sum(nil)); file.SHA256 != "" && got != file.SHA256 {
		return fmt.Sprintf("its file %s has the SHA-256 %s, not %s", file.Key, got, file.SHA256)
	}
	return ""
}

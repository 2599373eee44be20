package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/wording"
)

// ranRun is a run that was started.
type ranRun struct {
	Key       string
	Cancelled bool // somebody asked it to end
	Result    contract.RunResult
	Manifest  contract.Manifest
}

// ranChange is a change of status that was started.
type ranChange struct {
	Key    string
	Result contract.StatusResult
	List   contract.StatusList
}

// work is what is done for one merchant while things go wrong.
type work struct {
	*scene
	merchant string
	dice     *rand.Rand
	selling  int // orders a round
	over     chan struct{}

	mutex    sync.Mutex
	runs     []ranRun
	changes  []ranChange
	jobs     []printJob
	consents int
	side     sync.WaitGroup
}

func (s *scene) newWork(index int, seed uint64, selling int, over chan struct{}) *work {
	return &work{scene: s, merchant: s.merchants[index].Merchant, dice: rand.New(rand.NewPCG(seed, uint64(index+1))), selling: selling, over: over}
}

// do runs round after round until the faults are over, and then until nothing is left to be labelled. The
// error says what never came to an end.
func (w *work) do(ctx context.Context) error {
	for round := 1; !isClosed(w.over); round++ {
		if err := w.sell(ctx); err != nil {
			return err
		}
		if _, err := w.run(ctx, fmt.Sprintf("round-%d", round), w.dice.IntN(4) == 0, w.dice.IntN(3) == 0); err != nil {
			return err
		}
	}
	return nil
}

// finish sees everything to its end once nothing goes wrong any more.
func (w *work) finish(ctx context.Context) error {
	for last := 1; ; last++ {
		if err := w.quiet(ctx); err != nil {
			return err
		}
		ended, err := w.run(ctx, fmt.Sprintf("last-%d", last), false, false)
		if err != nil {
			return err
		}
		if ended.Result.Outcomes[contract.Labelled] == 0 && ended.Result.Outcomes[contract.NotReady] == 0 && !w.waitsForMore(ctx) {
			break
		}
	}
	ended := make(chan struct{})
	go func() { w.side.Wait(); close(ended) }()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("merchant %s: a change of status or a print did not come to an end", w.merchant)
	}
}

// waitsForMore says whether the hub still has an order whose label nobody has asked for and somebody should: its sale may have been
// verified only after the last run had read it.
func (w *work) waitsForMore(ctx context.Context) bool {
	var report sandbox.Report
	if ctx.Err() != nil || w.report(ctx, &report) != nil {
		return false
	}
	return lo.SomeBy(report.Orders, func(o sandbox.ReportOrder) bool {
		return !o.Cancelled && o.Expected == string(contract.Labelled) && len(o.Labels) == 0
	})
}

// sell lets new sales come, and cancels one or two orders by hand, if the hub lets it.
func (w *work) sell(ctx context.Context) error {
	body := fmt.Sprintf(`{"count":%d,"spread":"3s","clock":"ours"}`, w.selling)
	if err := persist(ctx, func() error { return w.callHub(ctx, http.MethodPost, w.at("/sandbox/sales"), body, nil) }); err != nil {
		return err
	}
	var report sandbox.Report
	if err := w.report(ctx, &report); err != nil {
		return err
	}
	for range 2 {
		order := report.Orders[w.dice.IntN(len(report.Orders))]
		_ = w.callHub(ctx, http.MethodPost, w.at("/sandbox/cancel/"+url.PathEscape(order.ID)), "", nil) // Mercado Libre may refuse
	}
	return nil
}

func (w *work) at(path string) string { return path + "?merchant=" + url.QueryEscape(w.merchant) }

func (w *work) report(ctx context.Context, into *sandbox.Report) error {
	return persist(ctx, func() error { return w.callHub(ctx, http.MethodGet, w.at("/sandbox/report"), "", into) })
}

// run starts a run, as often as it takes to hear that it is there, and waits for its end.
func (w *work) run(ctx context.Context, key string, cancelled, retried bool) (ranRun, error) {
	runs := client.TemporalRuns{Client: w.temporal}
	ran := ranRun{Key: key, Cancelled: cancelled}
	id := contract.RunID(w.merchant, key)
	wait := func(what string, try func() error) error {
		err := persist(ctx, try)
		if err != nil {
			err = fmt.Errorf("run %s of merchant %s was not %s: %w", key, w.merchant, what, err)
		}
		return err
	}
	err := wait("started", func() error {
		_, err := client.Start(ctx, runs, w.store, key, contract.LabelRunInput{Merchant: w.merchant, Max: -1})
		return err
	})
	if err == nil && cancelled {
		sleep(ctx, time.Second+time.Duration(w.dice.Int64N(int64(3*time.Second))))
		err = wait("told to end", func() error { return endedIsFine(runs.Cancel(ctx, id)) })
	}
	if err == nil && retried {
		w.side.Go(func() { _, _ = runs.Retry(ctx, id, contract.RetryRequest{}) }) // answered, or refused because nothing has failed
	}
	if err == nil {
		err = wait("over", func() (err error) { ran.Result, err = runs.Wait(ctx, id); return err })
	}
	if err == nil && ran.Result.Manifest.JSON != "" {
		err = wait("published", func() (err error) { ran.Manifest, err = client.ReadManifest(ctx, w.store, ran.Result); return err })
	}
	if err != nil {
		return ran, err
	}
	w.mutex.Lock()
	w.runs = append(w.runs, ran)
	w.mutex.Unlock()
	w.side.Go(func() { w.ship(ctx, ran) })
	w.side.Go(func() { w.print(ctx, ran) })
	return ran, nil
}

// endedIsFine takes what Temporal says of a run that is over for success.
func endedIsFine(err error) error {
	if errors.Is(err, client.ErrNoRun) {
		return nil
	}
	return err
}

// ship reports what a run has labelled as shipped, and waits for the end of that.
func (w *work) ship(ctx context.Context, ran ranRun) {
	rows := lo.FilterMap(ran.Manifest.Rows, func(r contract.ManifestRow, _ int) (contract.StatusRow, bool) {
		return contract.StatusRow{Order: r.ID}, r.Outcome == contract.Labelled
	})
	if len(rows) == 0 {
		return
	}
	key := "shipped-" + ran.Key
	changes := client.TemporalStatuses{Client: w.temporal}
	change := ranChange{Key: key}
	err := persist(ctx, func() error {
		started, err := client.SetStatuses(ctx, changes, w.store, w.merchant, key, contract.StatusRequest{To: string(channels.Shipped), Rows: rows})
		if err != nil {
			return err
		}
		if change.Result, err = changes.Wait(ctx, started.WorkflowID); err != nil {
			return err
		}
		change.List, err = client.StatusRows(ctx, w.store, change.Result)
		return err
	})
	if err != nil {
		change.Result.Reason = wording.OfError("", "it did not come to an end: "+err.Error())
	}
	w.mutex.Lock()
	w.changes = append(w.changes, change)
	w.mutex.Unlock()
}

// consent gives the account a new code whenever it needs one, as its merchant would: an answer that gets lost
// twice leaves no token.
func (w *work) consent(ctx context.Context) {
	vault := accounts.Vault{Store: w.store}
	for sleep(ctx, time.Second) && ctx.Err() == nil {
		account, err := vault.ReadPublic(ctx, w.merchant)
		if err != nil || account.State != accounts.NeedsConsent {
			continue
		}
		if w.connect(ctx, w.merchant) == nil {
			w.mutex.Lock()
			w.consents++
			w.mutex.Unlock()
		}
	}
}

// quiet waits until the intake has taken up all that it heard, and makes no labels.
func (w *work) quiet(ctx context.Context) error {
	intakes := client.TemporalIntakes{Client: w.temporal}
	var last contract.IntakeProgress
	begun := time.Now()
	err := persist(ctx, func() error {
		progress, err := intakes.Progress(ctx, w.merchant)
		if err != nil {
			return err
		}
		last = progress
		switch {
		case progress.Waiting > 0 || len(progress.Backlog) > 0 || progress.PollList != "":
			return errors.New("it has something to take up")
		case len(progress.Making) > 0:
			return errors.New("it has labels made")
		case !progress.LastPoll.After(begun):
			return errors.New("it has not polled yet")
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("the intake of merchant %s does not come to rest (%d wait, %d lists, %d runs, trouble %q): %w",
			w.merchant, last.Waiting, len(last.Backlog), len(last.Making), last.Trouble, err)
	}
	return nil
}

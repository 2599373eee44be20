package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"regexp"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/station/api"
	"github.com/despacho/despacho/station/people"
)

const (
	// printWithin bounds how long a pile takes on the fake Zebra.
	printWithin = 4 * time.Minute
	printLook   = 200 * time.Millisecond
)

// counts are how many labels of a pile were printed, by three who do not ask each other.
type counts struct{ page, manifest, printer int }

// printPile prints a pile of the run on the fake Zebra, as a packer does with the keyboard: pairs, says who
// she is, chooses the pile, and prints. Page, manifest and printer must then count the same.
func (w *workbench) printPile(ctx context.Context, result contract.RunResult, out io.Writer) error {
	ctx, cancel := context.WithTimeout(ctx, printWithin)
	defer cancel()
	p, err := w.table.sit(ctx)
	if err != nil {
		return fmt.Errorf("sit down at the packing table: %w", err)
	}
	piles, err := p.awaitPiles(ctx, result.Run, func(piles []api.Pile) bool { return len(piles) > 0 })
	if err != nil {
		return fmt.Errorf("find the piles of run %s on the page: %w", result.Run, err)
	}
	pile := lo.MaxBy(piles, func(one, most api.Pile) bool { return one.Labels > most.Labels })
	before := w.table.zebra.State().Printed
	asked := api.PrintIn{
		ID: "demo-" + rand.Text(), Printer: zebraName,
		Select: api.Select{Merchant: w.from.merchant, Run: result.Run, Pile: pile.ID},
	}
	var job api.PrintOut
	if err := p.ask(ctx, http.MethodPost, "/api/print", asked, &job); err != nil {
		return fmt.Errorf("print a pile of run %s: %w", result.Run, err)
	}
	isOut := func(now api.Pile) bool { return now.ID == pile.ID && now.Printed >= job.Labels }
	if piles, err = p.awaitPiles(ctx, result.Run, func(now []api.Pile) bool { return lo.SomeBy(now, isOut) }); err != nil {
		return fmt.Errorf("see %d labels of run %s come out: %w", job.Labels, result.Run, err)
	}
	pile, _ = lo.Find(piles, isOut)
	counted := counts{page: pile.Printed, printer: w.table.zebra.State().Printed - before}
	if counted.manifest, err = w.countInManifest(ctx, result); err != nil {
		return err
	}
	fmt.Fprintf(out, "\n%s printed a pile by keyboard: %s, %d labels on %s.\n", packers[0], pileWords(pile), pile.Labels, zebraName)
	if counted != (counts{pile.Labels, pile.Labels, pile.Labels}) {
		return fmt.Errorf("the pile has %d labels, the page counts %d printed, the manifest %d, the printer %d", pile.Labels, counted.page, counted.manifest, counted.printer)
	}
	fmt.Fprintf(out, "Page, manifest and printer count the same: %d.\n", counted.printer)
	return nil
}

func pileWords(pile api.Pile) string {
	if pile.Courier == "" {
		return pile.Channel
	}
	return pile.Channel + " with " + pile.Courier
}

// countInManifest counts the labels that the run's manifest, as `starter show` reads it, says came out.
func (w *workbench) countInManifest(ctx context.Context, result contract.RunResult) (int, error) {
	manifest, err := client.ReadPrintedManifest(ctx, w.store, result)
	if err != nil {
		return 0, err
	}
	return lo.SumBy(manifest.Rows, func(row contract.ManifestRow) int {
		return lo.CountBy(row.Labels, func(label contract.PrintedLabel) bool { return label.PrintState.IsOnPaper() })
	}), nil
}

// packer is a browser at the packing table, without the browser.
type packer struct {
	http    *http.Client
	station string
	token   string
}

var shellToken = regexp.MustCompile(`name="csrf" content="([^"]+)"`)

// sit pairs a device and says that the first packer works at it.
func (t *table) sit(ctx context.Context) (*packer, error) {
	code, err := t.people.NewCode(ctx, "Demo", people.CodeLife)
	if err != nil {
		return nil, err
	}
	return sitDown(ctx, t.at.URL, code)
}

// sitDown pairs a device with a code, and says that the first packer works at it.
func sitDown(ctx context.Context, station, code string) (*packer, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	p := &packer{http: &http.Client{Jar: jar}, station: station}
	if err := p.ask(ctx, http.MethodPost, "/api/pair", api.PairIn{Code: code}, &api.PairOut{}); err != nil {
		return nil, err
	}
	var shell []byte
	if err := p.ask(ctx, http.MethodGet, "/", nil, &shell); err != nil {
		return nil, err
	}
	found := shellToken.FindSubmatch(shell)
	if found == nil {
		return nil, errors.New("the page has no token")
	}
	p.token = string(found[1])
	return p, p.ask(ctx, http.MethodPost, "/api/person", api.PersonIn{Name: packers[0]}, &api.PersonChoice{})
}

// awaitPiles waits until the page shows the piles of the run as they should be.
func (p *packer) awaitPiles(ctx context.Context, run string, good func([]api.Pile) bool) ([]api.Pile, error) {
	for {
		var today api.Today
		if err := p.ask(ctx, http.MethodGet, "/api/today", nil, &today); err != nil {
			return nil, err
		}
		for _, one := range today.Runs {
			if one.Run == run && good(one.Piles) {
				return one.Piles, nil
			}
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("they are not there after %s", printWithin)
		case <-time.After(printLook):
		}
	}
}

// ask sends a request as the page does, and reads the answer as JSON, or as it is into bytes.
func (p *packer) ask(ctx context.Context, method, path string, body, into any) error {
	var content io.Reader = http.NoBody
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return err
		}
		content = bytes.NewReader(data)
	}
	request, err := http.NewRequestWithContext(ctx, method, p.station+path, content)
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Despacho-Token", p.token)
	request.Header.Set("Accept-Language", "en")
	answer, err := p.http.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(io.LimitReader(answer.Body, 64<<20))
	if err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		var failure api.Failure
		_ = json.Unmarshal(data, &failure)
		return fmt.Errorf("the station answers %s to %s %s: %s", answer.Status, method, path, failure.Words)
	}
	if raw, isRaw := into.(*[]byte); isRaw {
		*raw = data
		return nil
	}
	return json.Unmarshal(data, into)
}

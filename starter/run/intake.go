package run

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/workflows"
)

// confirmWait is how long a confirmation is waited for; the worker tries it for a minute.
const confirmWait = 75 * time.Second

type intakeCommand struct {
	State   string `enum:",take_out,held_back,waiting,queued,taken,labelled,cancelled,unsupported,ended,closed" default:"" placeholder:"STATE" help:"List the orders in this state: take_out (sacar de la pila), held_back, waiting, queued, taken, labelled, cancelled, unsupported, ended or closed; else those to take out and those held back."`
	PickUps bool   `name:"pickups" help:"List the pick-up orders that wait, with the id that starter status set --pickup takes."`
	Limit   int    `default:"200" help:"List at most this many of a state; default 200."`
	Start   bool   `help:"Begin to hear of the merchant's orders, unless that is done already."`
	JSON    bool   `name:"json" help:"Print JSON on stdout."`
}

// intakeReport is what is known of a merchant's orders.
type intakeReport struct {
	Merchant string                         `json:"merchant"`
	Running  bool                           `json:"running"`
	Counts   map[activities.IntakeState]int `json:"counts"`
	Near     int                            `json:"near_deadline"`
	PickUps  int                            `json:"pick_ups_waiting"`

	LastWebhook time.Time         `json:"last_webhook,omitzero"`
	LastPoll    time.Time         `json:"last_poll,omitzero"`
	Window      activities.Polled `json:"window,omitzero"`
	Notices     int               `json:"notices"`
	Pending     int               `json:"pending"`
	Trouble     string            `json:"trouble,omitempty"`

	Orders []activities.IntakeRecord `json:"orders"`
}

// Run shows how a merchant's orders stand that were heard of.
func (c *intakeCommand) Run(ctx context.Context, d desk) error {
	merchant, err := d.someMerchant()
	if err != nil {
		return err
	}
	if c.Limit < 1 || c.Limit > maxListed {
		return usageProblem("", "--limit %d: 1 to %d are possible", c.Limit, maxListed)
	}
	if c.PickUps {
		return c.listPickUps(ctx, d, merchant)
	}
	intakes, err := d.Intakes(ctx)
	if err != nil {
		return err
	}
	if c.Start {
		if err := intakes.Begin(ctx, merchant); err != nil {
			return err
		}
	}
	vault, err := d.vault(ctx, nil)
	if err != nil {
		return err
	}
	report, err := c.report(ctx, d, vault.Store, intakes, merchant)
	if err != nil {
		return err
	}
	if c.JSON {
		return d.printJSON(report)
	}
	return d.printIntake(report)
}

func (c *intakeCommand) report(ctx context.Context, d desk, store *storage.Store, intakes Intakes, merchant string) (intakeReport, error) {
	report := intakeReport{Merchant: merchant, Orders: []activities.IntakeRecord{}}
	progress, err := intakes.Progress(ctx, merchant)
	switch {
	case errors.Is(err, ErrNoRun):
		d.say("nobody hears of this merchant's orders: starter intake --start --merchant %s begins", merchant)
	case errors.Is(err, ErrNoAnswer):
		d.say("%s", noIntakeNote)
	case err != nil:
		return report, err
	default:
		report.take(progress)
	}
	if report.Counts, err = activities.CountIntake(ctx, store, merchant); err != nil {
		return report, err
	}
	if report.PickUps, err = activities.CountPickUps(ctx, store, merchant); err != nil {
		return report, err
	}
	states := []activities.IntakeState{activities.IntakeTakeOut, activities.IntakeHeldBack}
	if c.State != "" {
		states = []activities.IntakeState{activities.IntakeState(c.State)}
	}
	for _, state := range states {
		records, err := activities.ListIntake(ctx, store, merchant, state)
		if err != nil {
			return report, err
		}
		report.Orders = append(report.Orders, records[:min(len(records), c.Limit)]...)
	}
	return report, nil
}

const noIntakeNote = "no worker answers on task queue " + workflows.TaskQueue + ": this is what stands in the label store"

func (r *intakeReport) take(p workflows.IntakeProgress) {
	r.Running, r.Near = true, p.Looked.Near
	r.LastWebhook, r.LastPoll, r.Window = p.LastWebhook, p.LastPoll, p.Window
	r.Notices, r.Pending, r.Trouble = p.Notices, p.Waiting, p.Trouble
}

func (d desk) printIntake(r intakeReport) error {
	d.print("merchant %s", plain(r.Merchant))
	for _, state := range activities.IntakeStates() {
		if n := r.Counts[state]; n > 0 {
			d.print("  %-12s %6d  %s", state, n, intakeWords[state])
		}
	}
	if r.PickUps > 0 {
		d.print("  %-12s %6d  %s", "pick-ups", r.PickUps, "Retiros en tienda en espera: starter intake --pickups")
	}
	if r.Running {
		d.print("last webhook %s, last poll %s, notices %d, to be taken up %d, near their deadline without a label %d",
			momentWords(r.LastWebhook), momentWords(r.LastPoll), r.Notices, r.Pending, r.Near)
	}
	if r.Trouble != "" {
		d.print("it is being tried again: %s", plain(r.Trouble))
	}
	if len(r.Orders) == 0 {
		return nil
	}
	d.print("")
	out := tabwriter.NewWriter(d.Out, 0, 0, 2, ' ', 0)
	writeCells(out, "order", "delivery order", "connection", "state", "deadline", "run", "reason")
	for _, o := range r.Orders {
		number, _ := lo.Coalesce(o.Number, o.Code, o.Order)
		writeCells(out, plain(number), plain(o.Order), plain(o.ConnectionName), string(o.State), momentWords(o.Deadline), plain(o.Run), plain(o.Reason))
	}
	return out.Flush()
}

// intakeWords say in Spanish what each state means.
var intakeWords = map[activities.IntakeState]string{
	activities.IntakeTakeOut:     "Sacar de la pila: canceladas con etiqueta publicada",
	activities.IntakeHeldBack:    "Retenidas: sin pago, sin verificar o sin registrar",
	activities.IntakeWaiting:     "En espera de su etiqueta",
	activities.IntakeQueued:      "Su etiqueta se pide ahora",
	activities.IntakeTaken:       "Una ejecución pide su etiqueta",
	activities.IntakeLabelled:    "Con etiqueta",
	activities.IntakeCancelled:   "Canceladas sin etiqueta publicada",
	activities.IntakeUnsupported: "Sin etiqueta en este canal o modo",
	activities.IntakeEnded:       "Despachadas sin etiqueta nuestra",
	activities.IntakeClosed:      "Reparadas: siguen con otro id",
}

func momentWords(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Local().Format("2006-01-02 15:04")
}

// showTakeOut lists the orders of a run that were cancelled after it had printed them.
func (d desk) showTakeOut(ctx context.Context, merchant, run string) {
	vault, err := d.vault(ctx, nil)
	if err != nil {
		return
	}
	records, err := activities.ListIntake(ctx, vault.Store, merchant, activities.IntakeTakeOut)
	if err != nil {
		d.say("whether orders of the run were cancelled since cannot be said: %s", plainLines(err.Error()))
		return
	}
	ours := lo.Filter(records, func(r activities.IntakeRecord, _ int) bool { return r.Run == run })
	if len(ours) == 0 {
		return
	}
	d.print("\nSacar de la pila: %s cancelled after this run had published the label", count(len(ours), "order"))
	for _, o := range ours {
		number, _ := lo.Coalesce(o.Number, o.Code, o.Order)
		d.print("  %s  %s", plain(number), plain(fmt.Sprintf("%s (%s)", o.Order, o.ConnectionName)))
	}
}

package run

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/intake"
	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/starter/terminal"
	"github.com/despacho/despacho/storage"
)

type intakeCommand struct {
	State   string `enum:"${order_state_enum}" default:"" placeholder:"STATE" help:"List the orders in this state: ${order_states}; else those to take out (retirar: no despachar) and those held back."`
	PickUps bool   `name:"pickups" help:"List the pick-up orders that wait, with the id for starter status set --pickup."`
	Limit   int    `default:"200" help:"List at most this many of a state; default 200."`
	Start   bool   `help:"Start the merchant's intake if it is not running."`
	JSON    bool   `name:"json" help:"Print JSON on stdout."`
}

// intakeReport is what is known of a merchant's orders.
type intakeReport struct {
	Merchant string                            `json:"merchant"`
	Running  bool                              `json:"running"`
	Counts   map[contract.IntakeOrderState]int `json:"counts"`
	Near     int                               `json:"near_deadline"`
	PickUps  int                               `json:"pick_ups_waiting"`

	LastWebhook   time.Time       `json:"last_webhook,omitzero"`
	LastPoll      time.Time       `json:"last_poll,omitzero"`
	Window        contract.Polled `json:"window,omitzero"`
	Notifications int             `json:"notifications"`
	Pending       int             `json:"pending"`
	Trouble       string          `json:"trouble,omitempty"`

	Orders []intakeOrder `json:"orders"`
}

// intakeOrder is an order and, where it is to be taken out, who has its parcel in hand.
type intakeOrder struct {
	contract.IntakeRecord
	FoundBy string    `json:"found_by,omitempty"`
	FoundAt time.Time `json:"found_at,omitzero"`
}

// foundWords say who has the parcel of an order to take out; empty when nobody has it.
func (o intakeOrder) foundWords() string {
	if o.FoundAt.IsZero() {
		return ""
	}
	return fmt.Sprintf("encontrada por %s, %s", o.FoundBy, terminal.MomentWords(o.FoundAt))
}

// withFound adds who has the parcels in hand of those that are to be taken out.
func withFound(ctx context.Context, store *storage.Store, merchant string, records []contract.IntakeRecord) ([]intakeOrder, error) {
	cancelled := lo.FilterMap(records, func(r contract.IntakeRecord, _ int) (string, bool) { return r.Order, r.State == contract.IntakeTakeOut })
	found, err := client.ReadFound(ctx, store, merchant, cancelled)
	return lo.Map(records, func(r contract.IntakeRecord, _ int) intakeOrder {
		return intakeOrder{r, found[r.Order].Person, found[r.Order].At}
	}), err
}

// Run shows how a merchant's orders stand that were heard of.
func (c *intakeCommand) Run(ctx context.Context, d desk) error {
	merchant, err := d.someMerchant()
	if err != nil {
		return err
	}
	if c.Limit < 1 || c.Limit > maxListed {
		return usageProblem("", "--limit %d: must be from 1 to %d", c.Limit, maxListed)
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

func (c *intakeCommand) report(ctx context.Context, d desk, store *storage.Store, intakes client.Intakes, merchant string) (intakeReport, error) {
	report := intakeReport{Merchant: merchant, Orders: []intakeOrder{}}
	progress, err := intakes.Progress(ctx, merchant)
	switch {
	case errors.Is(err, client.ErrNoRun):
		d.say("the intake of this merchant is not running; start it with: starter intake --start --merchant %s", merchant)
	case errors.Is(err, client.ErrNoAnswer):
		d.say("%s", noIntakeNote)
	case err != nil:
		return report, err
	default:
		report.take(progress)
	}
	if report.Counts, err = intake.CountIntake(ctx, store, merchant); err != nil {
		return report, err
	}
	if report.PickUps, err = intake.CountPickUps(ctx, store, merchant); err != nil {
		return report, err
	}
	states := []contract.IntakeOrderState{contract.IntakeTakeOut, contract.IntakeHeldBack}
	if c.State != "" {
		states = []contract.IntakeOrderState{contract.IntakeOrderState(c.State)}
	}
	for _, state := range states {
		records, err := intake.ListIntake(ctx, store, merchant, state)
		if err != nil {
			return report, err
		}
		orders, err := withFound(ctx, store, merchant, records[:min(len(records), c.Limit)])
		if err != nil {
			return report, err
		}
		report.Orders = append(report.Orders, orders...)
	}
	return report, nil
}

const noIntakeNote = "no worker answers on task queue " + contract.TaskQueue + ": showing what the label store has"

func (r *intakeReport) take(p contract.IntakeProgress) {
	r.Running, r.Near = true, p.Looked.Near
	r.LastWebhook, r.LastPoll, r.Window = p.LastWebhook, p.LastPoll, p.Window
	r.Notifications, r.Pending, r.Trouble = p.Notifications, p.Waiting, p.Trouble
}

func (d desk) printIntake(r intakeReport) error {
	d.print("merchant %s", terminal.Plain(r.Merchant))
	for _, state := range contract.IntakeOrderStates() {
		if n := r.Counts[state]; n > 0 {
			d.print("  %-12s %6d  %s", state, n, intakeWords[state])
		}
	}
	if r.PickUps > 0 {
		d.print("  %-12s %6d  %s", "pick-ups", r.PickUps, "Retiros en tienda en espera: starter intake --pickups")
	}
	if r.Running {
		d.print("last webhook %s, last poll %s, notifications %d, waiting to be read %d, near their deadline without a label %d",
			terminal.MomentWords(r.LastWebhook), terminal.MomentWords(r.LastPoll), r.Notifications, r.Pending, r.Near)
	}
	if r.Trouble != "" {
		d.print("trying again: %s", terminal.Plain(r.Trouble))
	}
	if len(r.Orders) == 0 {
		return nil
	}
	d.print("")
	out := tabwriter.NewWriter(d.Out, 0, 0, 2, ' ', 0)
	terminal.WriteCells(out, "order", "delivery order", "connection", "state", "deadline", "run", "reason")
	for _, o := range r.Orders {
		number, reason := cmp.Or(o.Number, o.Code, o.Order), strings.Join(lo.Compact([]string{o.foundWords(), o.Reason.Words}), "; ")
		terminal.WriteCells(out, terminal.Plain(number), terminal.Plain(o.Order), terminal.Plain(o.ConnectionName), string(o.State), terminal.MomentWords(o.Deadline), terminal.Plain(o.Run), terminal.Plain(reason))
	}
	return out.Flush()
}

// intakeWords say in Spanish what each state means.
var intakeWords = map[contract.IntakeOrderState]string{
	contract.IntakeTakeOut:     "Retirar: no despachar (canceladas con la etiqueta ya publicada)",
	contract.IntakeHeldBack:    "Retenidas: sin pago, sin verificar o sin registrar",
	contract.IntakeWaiting:     "En espera de su etiqueta",
	contract.IntakeQueued:      "Su etiqueta se pide ahora",
	contract.IntakeTaken:       "Una tanda está pidiendo su etiqueta",
	contract.IntakeLabelled:    "Con etiqueta",
	contract.IntakeCancelled:   "Canceladas sin etiqueta publicada",
	contract.IntakeUnsupported: "Sin etiqueta en este canal o modo",
	contract.IntakeEnded:       "Despachadas sin etiqueta nuestra",
	contract.IntakeClosed:      "Corregidas en Multivende: siguen con otro número",
}

// showTakeOut lists the orders of a run that were cancelled after it had printed them.
func (d desk) showTakeOut(ctx context.Context, merchant, run string) {
	vault, err := d.vault(ctx, nil)
	if err != nil {
		return
	}
	records, err := intake.ListIntake(ctx, vault.Store, merchant, contract.IntakeTakeOut)
	if err != nil {
		d.say("could not check whether orders of the run were cancelled since: %s", terminal.PlainLines(err.Error()))
		return
	}
	ours := lo.Filter(records, func(r contract.IntakeRecord, _ int) bool { return r.Run == run })
	if len(ours) == 0 {
		return
	}
	orders, err := withFound(ctx, vault.Store, merchant, ours)
	if err != nil {
		d.say("could not read which parcels were found: %s", terminal.PlainLines(err.Error()))
	}
	d.print("\nRetirar: no despachar: %s cancelled after this run published the label", terminal.Count(len(ours), "order"))
	for _, o := range orders {
		number := cmp.Or(o.Number, o.Code, o.Order)
		words := strings.Join(lo.Compact([]string{fmt.Sprintf("%s (%s)", o.Order, o.ConnectionName), o.foundWords()}), ": ")
		d.print("  %s  %s", terminal.Plain(number), terminal.Plain(words))
	}
}

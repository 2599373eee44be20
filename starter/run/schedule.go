package run

import (
	"cmp"
	"context"
	"errors"
	"regexp"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/starter/terminal"
)

type scheduleCommands struct {
	Set     scheduleSetCommand     `cmd:"" help:"Create a schedule of runs, or change its hours and request."`
	List    scheduleListCommand    `cmd:"" help:"List schedules and when they start a run next."`
	Pause   schedulePauseCommand   `cmd:"" help:"Stop a schedule from starting runs, until it is resumed."`
	Resume  scheduleResumeCommand  `cmd:"" help:"Let a schedule start runs again."`
	Trigger scheduleTriggerCommand `cmd:"" help:"Start a run of a schedule now, unless its last run is still open."`
	Delete  scheduleDeleteCommand  `cmd:"" help:"Delete a schedule; runs that it has started go on."`
}

// defaultSchedule is the name of a schedule without one.
const defaultSchedule = "daily"

// scheduleName names a merchant's schedule.
type scheduleName struct {
	Name string `default:"daily" placeholder:"NAME" help:"Name of the schedule, part of its runs' keys; default daily."`
}

// A run's key holds the name and the time that Temporal appends.
var scheduleNamePattern = regexp.MustCompile(`^[A-Za-z0-9._-]{1,40}$`)

func (n scheduleName) check(d desk) (merchant, name string, err error) {
	if merchant, err = d.someMerchant(); err != nil {
		return "", "", err
	}
	name = cmp.Or(n.Name, defaultSchedule)
	if !scheduleNamePattern.MatchString(name) || strings.Contains(name, "..") || name == "." {
		return "", "", usageProblem("", "--name %q: 1 to 40 letters, digits, dots, hyphens and underscores are needed", n.Name)
	}
	return merchant, name, nil
}

type scheduleSetCommand struct {
	scheduleName
	At       string `placeholder:"HH:MM,…" help:"Times of day at which a run starts: 08:30,13:00."`
	Days     string `placeholder:"DAYS" help:"Days of the week: mon-fri or mon,wed,sat; default every day."`
	Cron     string `placeholder:"EXPR" help:"Instead of --at and --days: a cron expression of five fields."`
	TimeZone string `required:"" placeholder:"ZONE" help:"Time zone of the hours, as America/Santiago; summer time is followed."`
	CatchUp  Span   `placeholder:"1h" help:"How late a run may start that was due while Temporal was down; default 1h."`
	requestFlags
	JSON bool `name:"json" help:"Print JSON on stdout."`
}

// defaultCatchUp is how late a run may start when nothing else is said.
const defaultCatchUp = Span(time.Hour)

// minCatchUp is the least that Temporal takes.
const minCatchUp = Span(10 * time.Second)

// Run makes or changes a schedule.
func (c *scheduleSetCommand) Run(ctx context.Context, d desk) error {
	merchant, name, err := c.check(d)
	if err != nil {
		return err
	}
	spec, err := c.spec()
	if err != nil {
		return err
	}
	input, err := c.request(merchant, 0)
	if err != nil {
		return err
	}
	bins, err := c.ReadBins()
	if err != nil {
		return err
	}
	catchUp := cmp.Or(c.CatchUp, defaultCatchUp)
	if catchUp < minCatchUp {
		return usageProblem("", "--catch-up %v: at least 10s is needed", time.Duration(catchUp))
	}
	schedules, err := d.Schedules(ctx)
	if err != nil {
		return err
	}
	if bins != nil {
		store, err := d.store(ctx)
		if err != nil {
			return err
		}
		if input.BinsKey, err = client.PutBins(ctx, store, merchant, name, bins); err != nil {
			return err
		}
		d.say("the bins file is kept for 180 days: set the schedule again before then, and whenever bins change")
	}
	created, err := schedules.Set(ctx, client.ScheduledRuns{Merchant: merchant, Name: name, Spec: spec, CatchUp: time.Duration(catchUp), Input: input})
	if err != nil {
		return err
	}
	line := client.ScheduleLine{Name: name, Merchant: merchant, Hours: client.HoursOf(spec), TimeZone: spec.TimeZoneName, Next: []time.Time{}}
	if c.JSON {
		return d.printJSON(line)
	}
	d.print("schedule %s of merchant %s %s: %s %s", name, merchant, lo.Ternary(created, "made", "changed"), line.Hours, line.TimeZone)
	d.print("its runs are %s-<time>", contract.RunID(merchant, name))
	return nil
}

type scheduleListCommand struct {
	JSON bool `name:"json" help:"Print JSON on stdout."`
}

// Run lists the schedules of a merchant, or of all when none is given.
func (c *scheduleListCommand) Run(ctx context.Context, d desk) error {
	if d.merchant != "" {
		if _, err := d.someMerchant(); err != nil {
			return err
		}
	}
	schedules, err := d.Schedules(ctx)
	if err != nil {
		return err
	}
	lines, err := schedules.List(ctx, d.merchant)
	if err != nil {
		return err
	}
	if c.JSON {
		return d.printJSON(append([]client.ScheduleLine{}, lines...))
	}
	if len(lines) == 0 {
		d.print("no schedules")
		return nil
	}
	out := tabwriter.NewWriter(d.Out, 0, 0, 2, ' ', 0)
	terminal.WriteCells(out, "schedule", "merchant", "hours", "time zone", "next", "last run")
	for _, l := range lines {
		next := "-"
		if len(l.Next) > 0 {
			next = terminal.MomentWords(l.Next[0])
		}
		if l.Paused {
			next = "paused"
			if l.Note != "" {
				next += ": " + terminal.Plain(l.Note)
			}
		}
		terminal.WriteCells(out, terminal.Plain(l.Name), terminal.Plain(l.Merchant), terminal.Plain(l.Hours), terminal.Plain(l.TimeZone), next, terminal.Plain(l.LastRun))
	}
	return out.Flush()
}

type schedulePauseCommand struct {
	scheduleName
	Note string `placeholder:"TEXT" help:"Why, for people who look at the schedule."`
}

// Run lets the schedule start nothing.
func (c *schedulePauseCommand) Run(ctx context.Context, d desk) error {
	return c.handle(ctx, d, "paused", func(s client.Schedules, merchant, name string) error { return s.Pause(ctx, merchant, name, c.Note) })
}

type scheduleResumeCommand struct {
	scheduleName
	Note string `placeholder:"TEXT" help:"Why, for people who look at the schedule."`
}

// Run lets the schedule start runs again.
func (c *scheduleResumeCommand) Run(ctx context.Context, d desk) error {
	return c.handle(ctx, d, "resumed", func(s client.Schedules, merchant, name string) error { return s.Resume(ctx, merchant, name, c.Note) })
}

type scheduleTriggerCommand struct{ scheduleName }

// Run starts a run of the schedule now.
func (c *scheduleTriggerCommand) Run(ctx context.Context, d desk) error {
	return c.handle(ctx, d, "triggered", func(s client.Schedules, merchant, name string) error { return s.Trigger(ctx, merchant, name) })
}

type scheduleDeleteCommand struct{ scheduleName }

// Run deletes the schedule.
func (c *scheduleDeleteCommand) Run(ctx context.Context, d desk) error {
	return c.handle(ctx, d, "deleted", func(s client.Schedules, merchant, name string) error { return s.Delete(ctx, merchant, name) })
}

func (n scheduleName) handle(ctx context.Context, d desk, done string, do func(client.Schedules, string, string) error) error {
	merchant, name, err := n.check(d)
	if err != nil {
		return err
	}
	schedules, err := d.Schedules(ctx)
	if err != nil {
		return err
	}
	err = do(schedules, merchant, name)
	if errors.Is(err, client.ErrNoSchedule) {
		return &Problem{Code: ExitNotFound, Message: "merchant " + merchant + " has no schedule " + name, Hint: "starter schedule list shows the existing ones", Cause: err}
	}
	if err != nil {
		return err
	}
	d.print("schedule %s of merchant %s %s", name, merchant, done)
	return nil
}

package run

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/service/secretfile"
	"github.com/despacho/despacho/station/people"
)

// peopleCommands are `station people …`.
type peopleCommands struct {
	Add    personAddCommand    `cmd:"" help:"Add somebody who works at the tables."`
	List   personListCommand   `cmd:"" help:"List who works at the tables."`
	Remove personRemoveCommand `cmd:"" help:"Remove somebody; prints keep the name."`
}

type personAddCommand struct {
	place   `embed:""`
	Name    string `arg:"" help:"The name, as it stands beside each print."`
	PIN     string `name:"pin" env:"STATION_PERSON_PIN" hidden:"" help:"The PIN itself."`
	PINFile string `name:"pin-file" env:"STATION_PERSON_PIN_FILE" placeholder:"FILE" help:"File with a PIN of 4 to 8 digits, asked for whenever the person is chosen; STATION_PERSON_PIN is the PIN itself."`
	Badge   string `placeholder:"TEXT" help:"What the scanner reads from the person's badge."`
}

// Run adds a person.
func (c *personAddCommand) Run(ctx context.Context, d *console) error {
	pin, err := secretfile.Choose(secretfile.PersonPIN, c.PIN, c.PINFile)
	if err != nil {
		return err
	}
	site, err := c.people(ctx, d)
	if err != nil {
		return err
	}
	person, err := site.AddPerson(ctx, people.NewPerson{Name: c.Name, PIN: pin, Badge: c.Badge})
	if err != nil {
		return err
	}
	d.say("%s works at site %s.", person.Name, c.Site)
	return nil
}

type personListCommand struct {
	place `embed:""`
}

// Run lists the people.
func (c *personListCommand) Run(ctx context.Context, d *console) error {
	site, err := c.people(ctx, d)
	if err != nil {
		return err
	}
	all, err := site.People(ctx)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		d.say("Nobody works at site %s: station people add NAME.", c.Site)
		return nil
	}
	table := tabwriter.NewWriter(d.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "NAME\tPIN\tBADGE\tADDED")
	for _, one := range all {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", one.Name, yes(one.HasPIN()), yes(len(one.Badge) > 0), one.AddedAt.Format(time.DateOnly))
	}
	return table.Flush()
}

func yes(is bool) string { return lo.Ternary(is, "yes", "no") }

type personRemoveCommand struct {
	place `embed:""`
	Name  string `arg:"" help:"The person's name."`
}

// Run removes a person.
func (c *personRemoveCommand) Run(ctx context.Context, d *console) error {
	site, err := c.people(ctx, d)
	if err != nil {
		return err
	}
	if err := site.RemovePerson(ctx, c.Name); err != nil {
		return err
	}
	d.say("%s no longer works at site %s.", c.Name, c.Site)
	return nil
}

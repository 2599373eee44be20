package run

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/boombuler/barcode/qr"

	"github.com/despacho/despacho/station/people"
)

// pairCommand is `station pair`.
type pairCommand struct {
	place  `embed:""`
	Name   string `placeholder:"NAME" help:"What the device is called, such as \"Mesa 1\"; default: the next free number."`
	Listen string `env:"DESPACHO_STATION_LISTEN" default:"127.0.0.1:8479" hidden:""`
	URL    string `env:"DESPACHO_STATION_URL" placeholder:"URL" help:"Address that browsers use; default: an address of this machine."`
	Cert   string `env:"DESPACHO_STATION_CERT" hidden:""`
	NoQR   bool   `name:"no-qr" help:"Show the link and the code alone."`
}

// Run makes a code and shows it with the link, also as a QR code.
func (c *pairCommand) Run(ctx context.Context, d *console) error {
	site, err := c.people(ctx, d)
	if err != nil {
		return err
	}
	code, err := site.NewCode(ctx, c.Name, people.CodeLife)
	if err != nil {
		return err
	}
	link := PairingLink(address(c.URL, c.Listen, c.Cert != ""), code)
	if !c.NoQR {
		if err := drawQR(d.out, link); err != nil {
			return err
		}
	}
	d.say("Open on the device   %s", link)
	d.say("or type there        %s", code[:4]+"-"+code[4:])
	d.say("The code pairs one device and ends at %s.", time.Now().Add(people.CodeLife).Format(time.TimeOnly))
	return nil
}

// PairingLink is the address that pairs a device: the code stands behind #, which browsers do not send.
func PairingLink(station, code string) string { return station + "/pair#" + code }

// drawQR draws a QR code with half blocks, dark on light whatever the terminal's colours are.
func drawQR(out io.Writer, text string) error {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return fmt.Errorf("the link cannot be drawn as a QR code: %w", err)
	}
	const quiet = 2
	size := code.Bounds().Dx()
	dark := func(x, y int) bool {
		if x < 0 || y < 0 || x >= size || y >= size {
			return false
		}
		r, _, _, _ := code.At(x, y).RGBA()
		return r == 0
	}
	for y := -quiet; y < size+quiet; y += 2 {
		fmt.Fprint(out, "\x1b[30;107m")
		for x := -quiet; x < size+quiet; x++ {
			fmt.Fprint(out, map[[2]bool]string{{false, false}: " ", {true, false}: "▀", {false, true}: "▄", {true, true}: "█"}[[2]bool{dark(x, y), dark(x, y+1)}])
		}
		fmt.Fprintln(out, "\x1b[0m")
	}
	return nil
}

// deviceCommands are `station devices …`.
type deviceCommands struct {
	List   deviceListCommand   `cmd:"" help:"List the paired devices, and who works at each."`
	Remove deviceRemoveCommand `cmd:"" help:"End a device's pairing: it needs a new code."`
}

type deviceListCommand struct {
	place `embed:""`
}

// Run lists the devices.
func (c *deviceListCommand) Run(ctx context.Context, d *console) error {
	site, err := c.people(ctx, d)
	if err != nil {
		return err
	}
	devices, err := site.Devices(ctx)
	if err != nil {
		return err
	}
	if len(devices) == 0 {
		d.say("No device is paired with site %s: station pair makes a code.", c.Site)
		return nil
	}
	table := tabwriter.NewWriter(d.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "DEVICE\tPAIRED\tPERSON\tID")
	for _, device := range devices {
		person := device.Person
		if time.Since(device.SeenAt) > people.IdleEnd {
			person = ""
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", device.Name, device.PairedAt.Format(time.DateOnly), person, device.ID)
	}
	return table.Flush()
}

type deviceRemoveCommand struct {
	place `embed:""`
	Name  string `arg:"" help:"The device's name or id."`
}

// Run removes a device.
func (c *deviceRemoveCommand) Run(ctx context.Context, d *console) error {
	site, err := c.people(ctx, d)
	if err != nil {
		return err
	}
	if err := site.RemoveDevice(ctx, c.Name); err != nil {
		return err
	}
	d.say("%s is no longer paired; within seconds the station refuses it.", c.Name)
	return nil
}

package version

import (
	"fmt"

	"github.com/alecthomas/kong"
)

// Flag gives a command line the flag --version: it prints the program's name and version on standard
// output and ends the program with exit code 0.
func Flag() kong.Option {
	return kong.Embed(&struct {
		Version flag `help:"Print the version and exit."`
	}{})
}

type flag bool

// BeforeReset prints the version before anything else is looked at. Kong calls it.
func (flag) BeforeReset(app *kong.Kong) error {
	if _, err := fmt.Fprintln(app.Stdout, app.Model.Name, Read()); err != nil {
		return err
	}
	app.Exit(0)
	return nil
}

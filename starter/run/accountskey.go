package run

import (
	"errors"
	"fmt"
	"os"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/service/wholefile"
	"github.com/despacho/despacho/starter/terminal"
)

type accountsKeyCommands struct {
	New    newKeyCommand    `cmd:"" help:"Make a key set: into a file that only you can read, or on stdout."`
	Rotate rotateKeyCommand `cmd:"" help:"Add a key that encrypts from now on; what older ones encrypted is still read."`
}

type newKeyCommand struct {
	To string `placeholder:"FILE" type:"path" help:"File to write; an existing file is not overwritten."`
}

// Run makes a key set.
func (c *newKeyCommand) Run(d desk) error {
	keys, err := accounts.NewKeys()
	if err != nil {
		return err
	}
	if c.To == "" {
		written, err := keys.JSON()
		if err == nil {
			d.print("%s", written.Reveal())
		}
		return err
	}
	err = accounts.CreateKeyFile(c.To, keys)
	switch {
	case errors.Is(err, os.ErrExist):
		return usageProblem("starter accounts-key rotate adds a key to it", "%s is there already", c.To)
	case err != nil:
		return &Problem{Code: ExitUsage, Message: fmt.Sprintf("the key set cannot be written: %v", err), Cause: err}
	}
	d.say("%s: a key set with one key. Set DESPACHO_ACCOUNTS_KEY_FILE to it for every worker and for starter connect, and keep a copy apart from the bucket: without it no account can be opened", c.To)
	return nil
}

type rotateKeyCommand struct{ keyFlags }

// Run adds a key to the key set of the file; one that is given itself is printed with its new key.
func (c *rotateKeyCommand) Run(d desk) error {
	keys, err := c.keys()
	if err != nil {
		return err
	}
	rotated, err := keys.Rotated()
	if err != nil {
		return err
	}
	written, err := rotated.JSON()
	if err != nil {
		return err
	}
	if c.AccountsKeyFile == "" {
		d.print("%s", written.Reveal())
		return nil
	}
	if err := wholefile.Rewrite(c.AccountsKeyFile, []byte(written.Reveal()+"\n")); err != nil {
		return &Problem{Code: ExitUsage, Message: fmt.Sprintf("the key set cannot be written: %v", err), Cause: err}
	}
	d.say("%s: %s now, the newest encrypts. Give the file to every worker and restart them together: one with the old file cannot open what others write", c.AccountsKeyFile, terminal.Count(rotated.Number(), "key"))
	return nil
}

package run

import (
	"context"
	"crypto/x509"
	"fmt"
	"text/tabwriter"
	"time"

	sdk "go.temporal.io/sdk/client"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/service/version"
	"github.com/despacho/despacho/starter/terminal"
	"github.com/despacho/despacho/storage"
)

// examineWithin bounds each group of checks.
const examineWithin = 30 * time.Second

// doctorCommand looks at everything that despacho needs and says what to do.
type doctorCommand struct {
	hubFlags
	keyFlags
	tokenFlags

	Callback      string `placeholder:"URL" help:"The callback that is registered with the hub, https://…/webhooks/multivende: checks its path and certificate."`
	ProbeFairness bool   `help:"Test whether Temporal shares a task queue fairly between merchants; leaves some terminated workflows behind."`
	Probe         bool   `help:"Also call each of the hub's read-only routes once, with ids that it shows, and say whether it answers as expected. Sends nothing, asks for no label."`
	Order         string `placeholder:"ID" help:"With --probe: this delivery order or sale, by the hub's id."`
	Bundle        string `placeholder:"ORDER" help:"Also write a file with what the hub's support needs to know about this order (a delivery order's or checkout's id)."`
	Out           string `placeholder:"FILE" help:"File of --bundle."`
	JSON          bool   `name:"json" help:"Print JSON on stdout."`

	// trusted, if set, is what the callback is checked against instead of what the system trusts.
	trusted *x509.CertPool
}

// tokenFlags are the access of a merchant that is not connected, how many share its rate, and in which deployment they are.
type tokenFlags struct {
	Token     multivende.Secret `env:"DESPACHO_TOKEN" hidden:"" help:"A pasted access token itself."`
	TokenFile string            `env:"DESPACHO_TOKEN_FILE" placeholder:"FILE" help:"File with a pasted access token, for a merchant that is not connected ($$DESPACHO_TOKEN_FILE); $$DESPACHO_TOKEN is the token itself."`

	DeploymentName string `env:"TEMPORAL_DEPLOYMENT_NAME" default:"despacho" placeholder:"NAME" help:"Name under which Temporal knows the workers' versions ($$TEMPORAL_DEPLOYMENT_NAME)."`
}

// state is what a check came to.
type state string

const (
	stateOK   state = "ok"
	stateWarn state = "warn"
	stateFail state = "fail"
)

// finding is what one check found, and what to do about it.
type finding struct {
	Check string `json:"check"`
	State state  `json:"state"`
	Found string `json:"found"`
	Do    string `json:"do,omitempty"`
}

// examination is one visit of the doctor.
type examination struct {
	command  *doctorCommand
	merchant string
	now      func() time.Time
	findings []finding

	store     *storage.Store
	temporal  sdk.Client
	namespace string
	account   *accounts.Account
	locked    bool // there is an account, and it cannot be opened
	hub       *multivende.Client
	calls     []hubCall
}

// Run examines and answers 0, or 3 when something fails.
func (c *doctorCommand) Run(ctx context.Context, d desk) error {
	if _, err := d.someMerchant(); err != nil {
		return err
	}
	if (c.Bundle == "") != (c.Out == "") {
		return usageProblem("for example: starter doctor --bundle <order> --out order.json", "--bundle and --out go together")
	}
	if c.Order != "" && !c.Probe {
		return usageProblem("for example: starter doctor --probe --order <id>", "--order goes with --probe")
	}
	e := &examination{command: c, merchant: d.merchant, now: d.Now}
	e.ok("version", "starter %s", version.Read())
	for _, examine := range []func(context.Context, desk){e.examineStore, e.examineTemporal, e.examineHub, e.examineCallback} {
		limited, cancel := context.WithTimeout(ctx, examineWithin)
		examine(limited, d)
		cancel()
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	if c.Probe {
		e.examineRoutes(ctx)
	}
	if c.Bundle != "" {
		e.examineBundle(ctx)
	}
	if e.temporal != nil {
		e.temporal.Close()
	}
	return e.tell(d)
}

func (e *examination) ok(check, format string, arguments ...any) {
	e.findings = append(e.findings, finding{check, stateOK, fmt.Sprintf(format, arguments...), ""})
}

func (e *examination) warn(check, do, format string, arguments ...any) {
	e.findings = append(e.findings, finding{check, stateWarn, fmt.Sprintf(format, arguments...), do})
}

func (e *examination) fail(check, do, format string, arguments ...any) {
	e.findings = append(e.findings, finding{check, stateFail, fmt.Sprintf(format, arguments...), do})
}

func (e *examination) healthy() bool {
	for _, f := range e.findings {
		if f.State == stateFail {
			return false
		}
	}
	return true
}

// tell prints the findings.
func (e *examination) tell(d desk) error {
	if e.command.JSON {
		if err := d.printJSON(struct {
			Merchant string    `json:"merchant"`
			At       time.Time `json:"at"`
			OK       bool      `json:"ok"`
			Checks   []finding `json:"checks"`
		}{e.merchant, e.now().UTC(), e.healthy(), e.findings}); err != nil {
			return err
		}
	} else if err := e.table(d); err != nil {
		return err
	}
	if !e.healthy() {
		return exitCode(ExitIncomplete)
	}
	return nil
}

func (e *examination) table(d desk) error {
	out := tabwriter.NewWriter(d.Out, 0, 0, 2, ' ', 0)
	for _, f := range e.findings {
		terminal.WriteCells(out, string(f.State), f.Check, terminal.Plain(f.Found))
		if f.Do != "" {
			terminal.WriteCells(out, "", "", "→ "+terminal.Plain(f.Do))
		}
	}
	return out.Flush()
}

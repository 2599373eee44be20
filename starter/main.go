// Starter is the command line for partners and operators: it sets Temporal and
// the label store up, starts label runs, shows them and fetches their files.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/despacho/despacho/starter/run"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run.Program{}.Main(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

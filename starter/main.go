// Starter is the command line for partners and operators: it sets Temporal and
// the label store up, starts label runs, shows them and fetches their files.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/despacho/despacho/starter/run"
)

// Joining any number of labels stays within 128 MiB: up to softLimit the collector
// runs rarely, beyond it as often as it must. GOGC and GOMEMLIMIT override them.
const (
	softLimit = 96 << 20
	collectAt = 200
)

func main() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(softLimit)
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run.Program{}.Main(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

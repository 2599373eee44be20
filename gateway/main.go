// Command gateway receives the hub's webhooks and hands their notifications to Temporal.
// `gateway serve --help` lists its settings; SIGTERM ends it in good order.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/despacho/despacho/gateway/run"
)

func main() {
	ctx, restore := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, restore) // a second signal ends it at once
	os.Exit(run.Main(ctx, os.Args[1:], os.Stderr))
}

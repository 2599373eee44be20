package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"

	gateway "github.com/despacho/despacho/gateway/run"
)

// loopback are the addresses of this machine, from which webhooks may come here.
var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

// startGateway hears webhooks.
func (w *workbench) startGateway(ctx context.Context, address string, logger *slog.Logger) error {
	settings := gateway.DefaultSettings()
	settings.Listen, settings.Health, settings.Drain = address, "127.0.0.1:0", drainWithin
	settings.Merchant, settings.Bucket = w.from.merchant, w.running.Bucket
	var hearing context.Context
	hearing, w.stopGateway = context.WithCancel(context.WithoutCancel(ctx))
	ready := make(chan gateway.Addresses, 1)
	go func() {
		w.gateway <- gateway.Run(hearing, settings, gateway.Options{
			Temporal: w.temporal, Namespace: w.running.Namespace, Store: w.store, Tracing: w.tracing, Sources: loopback, Log: logger,
			Ready: func(at gateway.Addresses) { ready <- at },
		})
	}()
	select {
	case at := <-ready:
		w.webhooks, w.gatewayHealth = "http://"+at.Webhooks+"/webhooks/multivende", at.Health
		return nil
	case err := <-w.gateway:
		w.stopGateway()
		w.stopGateway = nil
		return fmt.Errorf("the gateway did not start: %w", err)
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// subscribe tells the sandbox where webhooks are heard; it sends none before.
func (w *workbench) subscribe(ctx context.Context) error {
	if w.from.calls == nil {
		return nil
	}
	return w.tellSandbox(ctx, "webhooks", map[string]any{"url": w.webhooks})
}

// tellSandbox uses one of the sandbox's controls.
func (w *workbench) tellSandbox(ctx context.Context, control string, body map[string]any) error {
	content, err := json.Marshal(body)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, w.from.url+"/sandbox/"+control, bytes.NewReader(content))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	_ = answer.Body.Close()
	if answer.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("the sandbox answers %s to /sandbox/%s", answer.Status, control)
	}
	return nil
}

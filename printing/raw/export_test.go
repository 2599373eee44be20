package raw

import (
	"context"
	"net"
	"time"
)

// Wait lets a device wait for connections and answers as long as a slow machine needs.
func (d *Device) Wait() {
	d.patience = time.Minute
	d.DialOver(func(ctx context.Context, address string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", address)
	})
}

// DialOver lets a device connect in another way than by TCP.
func (d *Device) DialOver(dial func(ctx context.Context, address string) (net.Conn, error)) {
	d.dial = func(ctx context.Context, address string) (*link, error) {
		connection, err := dial(ctx, address)
		if err != nil {
			return nil, err
		}
		return newLink(connection), nil
	}
}

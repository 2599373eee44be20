package run

import (
	"net"
	"sync"
	"sync/atomic"
)

const (
	// mostConnections may be open at a time from allowed senders and our proxies.
	mostConnections = 20_000
	// mostStrangers may be open at a time from everybody else, who is refused anyway.
	mostStrangers = 128
)

// guarded is a listener that keeps strangers from using up the hub's connections: those above
// the limits are closed before a byte of them is read.
type guarded struct {
	net.Listener
	sources              sources
	known, strange       atomic.Int64
	mostKnown, mostOther int64
}

func guardListener(listener net.Listener, sources sources) *guarded {
	return &guarded{Listener: listener, sources: sources, mostKnown: mostConnections, mostOther: mostStrangers}
}

func (g *guarded) Accept() (net.Conn, error) {
	for {
		connection, err := g.Listener.Accept()
		if err != nil {
			return nil, err
		}
		open, most := &g.strange, g.mostOther
		if g.sources.near(connection.RemoteAddr().String()) {
			open, most = &g.known, g.mostKnown
		}
		if open.Add(1) <= most {
			return &countedConnection{Conn: connection, leave: sync.OnceFunc(func() { open.Add(-1) })}, nil
		}
		open.Add(-1)
		_ = connection.Close()
	}
}

// countedConnection is a connection that gives its place back when it is closed.
type countedConnection struct {
	net.Conn
	leave func()
}

func (c *countedConnection) Close() error {
	c.leave()
	return c.Conn.Close()
}

package run

import (
	"net"
	"sync"
	"sync/atomic"
)

const (
	// mostConnections are open at a time from those who may send and from proxies of ours.
	mostConnections = 20_000
	// mostStrangers are open at a time from anybody else, who is refused anyway.
	mostStrangers = 128
)

// guarded is a listener on which strangers cannot use up what the hub needs: connections
// above the limits are closed before a byte of theirs is read.
type guarded struct {
	net.Listener
	sources              sources
	known, strange       atomic.Int64
	mostKnown, mostOther int64
}

func guard(listener net.Listener, sources sources) *guarded {
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
			return &counted{Conn: connection, leave: sync.OnceFunc(func() { open.Add(-1) })}, nil
		}
		open.Add(-1)
		_ = connection.Close()
	}
}

// counted is a connection that gives its place back when it is closed.
type counted struct {
	net.Conn
	leave func()
}

func (c *counted) Close() error {
	c.leave()
	return c.Conn.Close()
}

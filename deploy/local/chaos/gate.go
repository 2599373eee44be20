package main

import (
	"errors"
	"net"
	"sync"
	"time"
)

// weather is what happens to a connection between two parts.
type weather struct {
	cut    bool          // nothing gets through, and both ends are told
	silent bool          // nothing gets through, and nobody is told
	slow   time.Duration // so late does each piece get through
}

var errCut = errors.New("the connection is cut")

// gate lets bytes pass as the weather allows.
type gate struct {
	mutex   sync.Mutex
	now     weather
	changed chan struct{} // closed when the weather changes
	open    map[net.Conn]bool
}

func newGate() *gate {
	return &gate{changed: make(chan struct{}), open: map[net.Conn]bool{}}
}

// set changes the weather; what is cut closes the connections that there are.
func (g *gate) set(now weather) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.now = now
	close(g.changed)
	g.changed = make(chan struct{})
	if now.cut {
		for connection := range g.open {
			_ = connection.Close()
		}
	}
}

// pass returns when a piece may get through, or with an error when it never will.
func (g *gate) pass(gone <-chan struct{}) error {
	for {
		g.mutex.Lock()
		now, changed := g.now, g.changed
		g.mutex.Unlock()
		switch {
		case now.cut:
			return errCut
		case !now.silent:
			time.Sleep(now.slow)
			return nil
		}
		select {
		case <-changed:
		case <-gone:
			return net.ErrClosed
		}
	}
}

// wrap puts a gate before a connection; nil where the weather closes it at once.
func (g *gate) wrap(connection net.Conn) net.Conn {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	if g.now.cut {
		_ = connection.Close()
		return nil
	}
	g.open[connection] = true
	return &gatedConnection{Conn: connection, gate: g, gone: make(chan struct{})}
}

// gatedConnection is one end of a link.
type gatedConnection struct {
	net.Conn
	gate *gate
	once sync.Once
	gone chan struct{}
}

func (c *gatedConnection) Read(into []byte) (int, error) {
	n, err := c.Conn.Read(into)
	if err != nil {
		return n, err
	}
	return n, c.gate.pass(c.gone)
}

func (c *gatedConnection) Write(from []byte) (int, error) {
	if err := c.gate.pass(c.gone); err != nil {
		return 0, err
	}
	return c.Conn.Write(from)
}

func (c *gatedConnection) Close() error {
	c.once.Do(func() {
		close(c.gone)
		c.gate.mutex.Lock()
		delete(c.gate.open, c.Conn)
		c.gate.mutex.Unlock()
	})
	return c.Conn.Close()
}

// gatedListener hears connections through a gate.
type gatedListener struct {
	net.Listener
	gate *gate
}

func (l gatedListener) Accept() (net.Conn, error) {
	for {
		connection, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if wrapped := l.gate.wrap(connection); wrapped != nil {
			return wrapped, nil
		}
	}
}

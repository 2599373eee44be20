package fakezebra

import (
	"net"
	"time"
)

// accept serves the connections of one port.
func (p *Printer) accept(listener net.Listener, bringsLabels bool) {
	for {
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		if tcp, is := connection.(*net.TCPConn); is {
			_ = tcp.SetReadBuffer(256 << 10) // so that a full buffer is felt by whoever sends
		}
		p.mutex.Lock()
		if p.off || p.closed {
			p.mutex.Unlock()
			_ = connection.Close()
			continue
		}
		p.connections[connection] = false
		power := p.power
		p.mutex.Unlock()
		p.running.Go(func() { p.serve(connection, power, bringsLabels) })
	}
}

// serve reads a connection to its end.
func (p *Printer) serve(connection net.Conn, power int, bringsLabels bool) {
	answers := make(chan []byte, 64)
	p.running.Go(func() { p.sendAnswers(connection, answers) })
	in := newStream(p, power, func(answer []byte) {
		select {
		case answers <- answer:
		default: // a client that reads no answers gets none
		}
	})
	defer func() {
		close(answers)
		p.mutex.Lock()
		defer p.mutex.Unlock()
		delete(p.partial, in)
		delete(p.connections, connection)
		_ = connection.Close()
		p.changed.Broadcast()
	}()
	if bringsLabels && !p.waitForTurn(connection) {
		return
	}
	if !bringsLabels && p.Modes().StatusJSON {
		p.serveJSON(connection, in.answerTo)
		return
	}
	buffer := make([]byte, 32<<10)
	for p.waitAwake(connection) {
		n, err := connection.Read(buffer)
		if !p.waitAwake(connection) {
			return
		}
		in.take(buffer[:n])
		p.notePartial(in)
		if err != nil {
			return
		}
	}
}

// notePartial counts the connections whose format has begun and not ended.
func (p *Printer) notePartial(in *stream) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if in.isPartial() && in.power == p.power {
		p.partial[in] = true
	} else {
		delete(p.partial, in)
	}
}

// waitForTurn waits, where the printer serves one connection at a time, until no other is served; false
// when the connection is gone.
func (p *Printer) waitForTurn(connection net.Conn) bool {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	for {
		if _, open := p.connections[connection]; !open {
			return false
		}
		if !p.modes.OneConnection || !p.isServing() {
			p.connections[connection] = true
			return true
		}
		p.changed.Wait()
	}
}

// isServing reports whether a connection that brings labels is served.
func (p *Printer) isServing() bool {
	for _, isServed := range p.connections {
		if isServed {
			return true
		}
	}
	return false
}

// waitAwake waits while the printer sleeps; false when the connection is gone.
func (p *Printer) waitAwake(connection net.Conn) bool {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	for {
		if _, open := p.connections[connection]; !open {
			return false
		}
		if !p.modes.Asleep {
			return true
		}
		p.changed.Wait()
	}
}

// sendAnswers sends answers in their order, each after the delay that the modes want.
func (p *Printer) sendAnswers(connection net.Conn, answers <-chan []byte) {
	for answer := range answers {
		p.mutex.Lock()
		p.pause(p.modes.AnswerDelay)
		p.mutex.Unlock()
		_ = connection.SetWriteDeadline(time.Now().Add(5 * time.Second))
		_, _ = connection.Write(answer)
	}
}

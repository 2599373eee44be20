package raw

import (
	"bytes"
	"context"
	"net"
	"sync"
	"time"
)

const (
	dialPatience  = time.Second
	closePatience = time.Second
	// chunk is how much is read at a time; what nobody waits for is kept up to mostChunks of them.
	chunk      = 4 << 10
	mostChunks = 16
)

// link is a connection to a printer.
type link struct {
	connection net.Conn
	// chunks is what came and was not read yet; it ends with the connection, for the reason in ended.
	chunks chan []byte
	ended  error
	closed chan struct{}
	drops  sync.Once
	unread []byte
	// asked and answered count ~HS and its answers. Printers leave some without an answer, and answer
	// some late: answer n is to question n or a later one.
	asked, answered int
}

func dial(ctx context.Context, address string) (*link, error) {
	dialer := net.Dialer{Timeout: dialPatience, KeepAliveConfig: net.KeepAliveConfig{
		Enable: true, Idle: 5 * time.Second, Interval: 2 * time.Second, Count: 3,
	}}
	connection, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	return newLink(connection), nil
}

func newLink(connection net.Conn) *link {
	l := &link{connection: connection, chunks: make(chan []byte, mostChunks), closed: make(chan struct{})}
	go l.listen()
	return l
}

// listen reads what comes, so that the connection's end is known at once.
func (l *link) listen() {
	defer close(l.chunks)
	buffer := make([]byte, chunk)
	for {
		n, err := l.connection.Read(buffer)
		if n > 0 {
			select {
			case l.chunks <- bytes.Clone(buffer[:n]):
			case <-l.closed:
			}
		}
		if err != nil {
			l.ended = err
			return
		}
	}
}

// write sends data until the time is over or ctx ends; n is how much of it the connection took.
func (l *link) write(ctx context.Context, data []byte, end time.Time) (n int, err error) {
	_ = l.connection.SetWriteDeadline(end)
	interrupted := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		_ = l.connection.SetWriteDeadline(time.Unix(1, 0))
		close(interrupted)
	})
	n, err = l.connection.Write(data)
	if !stop() {
		<-interrupted // so that it does not interrupt what is written next
	}
	return n, err
}

// receive reads answers until enough says so, the time is over or ctx ends; only the connection's end is an error.
func (l *link) receive(ctx context.Context, h *heard, end time.Time, enough func() bool) error {
	over := time.NewTimer(time.Until(end))
	defer over.Stop()
	for !enough() {
		select {
		case more, open := <-l.chunks:
			if !open {
				return l.ended
			}
			l.take(more, h)
		case <-over.C:
			return nil
		case <-ctx.Done():
			return nil
		}
	}
	return nil
}

// take reads the answers in what came.
func (l *link) take(more []byte, h *heard) {
	parts, rest := splitAnswers(append(l.unread, more...))
	l.unread = bytes.Clone(rest)
	for _, p := range parts {
		if h.take(p) {
			l.answered++
		}
	}
}

// clear passes over what came after the last look gave up waiting; an error says that the connection has ended.
func (l *link) clear() error {
	for {
		select {
		case more, open := <-l.chunks:
			if !open {
				return l.ended
			}
			l.take(more, new(heard))
		default:
			l.unread = nil
			return nil
		}
	}
}

// drop ends the connection at once.
func (l *link) drop() error {
	l.drops.Do(func() { close(l.closed) })
	return l.connection.Close()
}

// close ends the connection politely: it says that nothing more comes and waits a moment until the printer
// has read all. Connections that were broken off have lost labels.
func (l *link) close() error {
	if tcp, is := l.connection.(*net.TCPConn); is && tcp.CloseWrite() == nil {
		_ = l.receive(context.Background(), new(heard), time.Now().Add(closePatience), func() bool { return false })
	}
	return l.drop()
}

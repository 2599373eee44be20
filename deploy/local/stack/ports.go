package stack

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
)

const (
	host = "127.0.0.1"
	// looked is how many ports after a taken one are tried before any free one will do.
	looked = 20
	// Free ports come from below those that systems give to outgoing connections, so that none of
	// these takes one between its choice and its server's start.
	firstFree, lastFree = 15_000, 32_000
	freeTries           = 100
)

// Ports are the TCP ports of a stack's servers on 127.0.0.1; zero leaves the choice open.
type Ports struct {
	Temporal int
	UI       int
	S3       int
}

// UsualPorts are where people look first: Temporal's own for server and web UI.
var UsualPorts = Ports{Temporal: 7233, UI: 8233, S3: 9000}

// chosenPorts are the ports that people and settings see, and those of Temporal's inner services.
type chosenPorts struct {
	Ports
	history, matching, worker int
	// frontendHTTP is where the ends of Nexus operations come in.
	frontendHTTP int
}

// portBook remembers which port each server of a folder had, by name.
type portBook struct {
	path  string
	known map[string]int
}

func openPortBook(path string) (*portBook, error) {
	book := &portBook{path: path, known: map[string]int{}}
	return book, readJSON(path, &book.known)
}

func (b *portBook) save() error { return writeJSON(b.path, b.known) }

// reserve chooses all ports at once, each held while the others are looked for, and gives them free
// for the servers to take.
func (b *portBook) reserve(asked, usual Ports) (chosenPorts, error) {
	var (
		chosen chosenPorts
		held   []net.Listener
	)
	defer func() {
		for _, listener := range held {
			_ = listener.Close()
		}
	}()
	for _, want := range []struct {
		name         string
		asked, usual int
		port         *int
	}{
		{"temporal", asked.Temporal, usual.Temporal, &chosen.Temporal},
		{"ui", asked.UI, usual.UI, &chosen.UI},
		{"s3", asked.S3, usual.S3, &chosen.S3},
		{"history", 0, 0, &chosen.history},
		{"matching", 0, 0, &chosen.matching},
		{"worker", 0, 0, &chosen.worker},
		{"frontend-http", 0, 0, &chosen.frontendHTTP},
	} {
		listener, err := b.listen(want.name, want.asked, want.usual)
		if err != nil {
			return chosenPorts{}, err
		}
		held = append(held, listener)
		*want.port = portOf(listener)
	}
	return chosen, b.save()
}

// listen opens the first free of: the asked port, the remembered one, the usual one; then those just
// after them; then any.
func (b *portBook) listen(name string, asked, usual int) (net.Listener, error) {
	ports := candidates(asked, b.known[name], usual)
	for range freeTries {
		ports = append(ports, firstFree+rand.IntN(lastFree-firstFree))
	}
	var err error
	for _, port := range ports {
		var listener net.Listener
		if listener, err = net.Listen("tcp4", address(port)); err == nil {
			b.known[name] = port
			return listener, nil
		}
	}
	return nil, fmt.Errorf("find a free port for %s: %w", name, err)
}

func candidates(asked, known, usual int) []int {
	var ports []int
	for _, port := range []int{asked, known, usual} {
		if port > 0 {
			ports = append(ports, port)
		}
	}
	if len(ports) == 0 {
		return nil
	}
	for next := ports[0] + 1; next <= ports[0]+looked && next <= 65535; next++ {
		ports = append(ports, next)
	}
	return ports
}

func address(port int) string { return net.JoinHostPort(host, strconv.Itoa(port)) }

func portOf(listener net.Listener) int { return listener.Addr().(*net.TCPAddr).Port }

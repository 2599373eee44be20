//go:build linux

package container

import (
	"fmt"
	"strconv"
	"sync/atomic"
)

const (
	bridge = "despacho0"
	// inside is a container's end of its cable.
	inside = "eth0"
)

// Network is a bridge between containers.
type Network struct {
	cables atomic.Int64
}

// NewNetwork makes the bridge; host is this machine's address on it, with the length of its prefix.
func NewNetwork(host string) (*Network, error) {
	for _, args := range [][]string{
		{"link", "set", "lo", "up"},
		{"link", "add", bridge, "type", "bridge"},
		{"addr", "add", host, "dev", bridge},
		{"link", "set", bridge, "up"},
	} {
		if err := run("ip", args...); err != nil {
			return nil, fmt.Errorf("make a network: %w", err)
		}
	}
	return &Network{}, nil
}

// connect gives the process a cable to the bridge.
func (n *Network) connect(pid int) error {
	cable := "cable" + strconv.FormatInt(n.cables.Add(1), 10)
	if err := run("ip", "link", "add", cable, "type", "veth", "peer", "name", inside, "netns", strconv.Itoa(pid)); err != nil {
		return err
	}
	return run("ip", "link", "set", cable, "master", bridge, "up")
}

//go:build linux

package container

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"sync/atomic"
)

const (
	bridge = "despacho0"
	// inside is a container's end of its cable.
	inside = "eth0"
	// hostHardware is this machine's hardware address on the bridge, which would change with each cable otherwise.
	hostHardware = "02:42:00:00:00:01"
)

// Network is a bridge between containers.
type Network struct {
	cables atomic.Int64
}

// NewNetwork makes the bridge; host is this machine's address on it, with the length of its prefix.
func NewNetwork(host string) (*Network, error) {
	for _, args := range [][]string{
		{"link", "set", "lo", "up"},
		{"link", "add", bridge, "address", hostHardware, "type", "bridge"},
		{"addr", "add", host, "dev", bridge},
		{"link", "set", bridge, "up"},
	} {
		if err := run("ip", args...); err != nil {
			return nil, fmt.Errorf("make a network: %w", err)
		}
	}
	return &Network{}, nil
}

// connect gives the process a cable to the bridge, and returns its name.
func (n *Network) connect(pid int, address string) (cable string, err error) {
	hardware, err := hardwareAddress(address)
	if err != nil {
		return "", err
	}
	cable = "cable" + strconv.FormatInt(n.cables.Add(1), 10)
	err = run("ip", "link", "add", cable, "type", "veth", "peer", "name", inside, "address", hardware, "netns", strconv.Itoa(pid))
	if err != nil {
		return cable, err
	}
	return cable, run("ip", "link", "set", cable, "master", bridge, "up")
}

// disconnect takes the cable away. It would go with the process's name space, but that ends some time after the
// process: until then two would answer at its address.
func (n *Network) disconnect(cable string) {
	_ = run("ip", "link", "delete", cable) // it may be gone already
}

// hardwareAddress follows from the address, so that what is started anew is reached at once: others
// remember for a minute which hardware had the address.
func hardwareAddress(address string) (string, error) {
	prefix, err := netip.ParsePrefix(address)
	if err != nil || !prefix.Addr().Is4() {
		return "", fmt.Errorf("%q is no address of version 4 with a prefix: %w", address, err)
	}
	bytes := prefix.Addr().As4()
	return net.HardwareAddr(append([]byte{0x02, 0x42}, bytes[:]...)).String(), nil
}

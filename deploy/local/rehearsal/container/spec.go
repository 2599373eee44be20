//go:build linux

package container

import (
	"encoding/json"
	"os"
)

// Spec says what runs in a container and how it is confined.
type Spec struct {
	Name string // its host name
	// Root is the image's folder. The container sees a copy of it.
	Root     string
	ReadOnly bool // the copy cannot be written
	Args     []string
	Env      []string
	Dir      string // working directory; / when empty
	UID, GID int

	DropCapabilities bool
	NoNewPrivileges  bool

	Mounts []Mount
	Tmpfs  []Tmpfs
	Hosts  map[string]string // names of other containers and their addresses

	Address string // within the network, with the length of its prefix
}

// Mount shows a folder or file of this machine in the container.
type Mount struct {
	Source   string
	Target   string
	ReadOnly bool
}

// Tmpfs is a folder in memory.
type Tmpfs struct {
	Target  string
	Options string // as mount takes them, besides Docker's own
}

// toldBy is the descriptor on which a container's first process reads its Spec. The pipe ends when
// the network is there.
const toldBy = 3

func readSpec() (Spec, error) {
	pipe := os.NewFile(toldBy, "spec")
	defer pipe.Close()
	var spec Spec
	err := json.NewDecoder(pipe).Decode(&spec)
	return spec, err
}

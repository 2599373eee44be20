package zpl

import (
	"bytes"
	"strings"
)

// stored names a graphic or template in a printer: its device letter, "" if none is given, and its
// name with extension, in capitals.
type stored struct{ device, name string }

func storedName(t token) stored {
	device, value := "", string(firstValue(t.param()))
	if before, after, found := strings.Cut(value, ":"); found {
		device, value = before, after
	}
	s := stored{strings.ToUpper(strings.TrimSpace(device)), strings.ToUpper(strings.TrimSpace(value))}
	if s.name == "" {
		s.name = "UNKNOWN"
	}
	if !strings.Contains(s.name, ".") {
		s.name += extensionOf(t)
	}
	return s
}

func extensionOf(t token) string {
	if t.code == cmdDF || t.code == cmdXF {
		return ".ZPL"
	}
	if t.code == cmdDY {
		values := bytes.SplitN(t.param(), []byte(","), 4)
		if len(values) > 2 && bytes.EqualFold(bytes.TrimSpace(values[2]), []byte("P")) {
			return ".PNG"
		}
	}
	return ".GRF"
}

// homes are the devices on which a printer looks for a name without a device.
var homes = []string{"R", "E", "B", "A"}

// at is where a name without a device is stored.
func (s stored) at() stored {
	if s.device == "" {
		s.device = homes[0]
	}
	return s
}

// places are where a printer looks for a name.
func (s stored) places() []stored {
	if s.device != "" {
		return []stored{s}
	}
	places := make([]stored, len(homes))
	for i, device := range homes {
		places[i] = stored{device, s.name}
	}
	return places
}

// covers reports whether a name, perhaps with wildcards, matches another.
func (s stored) covers(other stored) bool {
	if s.at().device != other.device {
		return false
	}
	name, extension, _ := strings.Cut(s.name, ".")
	otherName, otherExtension, _ := strings.Cut(other.name, ".")
	return (name == "*" || name == otherName) && (extension == "*" || extension == otherExtension)
}

func firstValue(param []byte) []byte {
	for i, c := range param {
		if c == ',' || c == '\r' || c == '\n' {
			return param[:i]
		}
	}
	return param
}

// renamed makes a command store or recall under another name, in memory R:, which a printer loses
// when it is switched off.
func (t token) renamed(name string) token {
	rest := t.param()[len(firstValue(t.param())):]
	return t.with(append([]byte("R:"+name), rest...))
}

// savesOnly reports whether this is ^IS with N: the image is stored and not printed.
func savesOnly(t token) bool {
	values := bytes.Split(t.param(), []byte(","))
	return len(values) > 1 && bytes.EqualFold(bytes.TrimSpace(values[1]), []byte("N"))
}

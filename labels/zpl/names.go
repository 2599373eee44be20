package zpl

import (
	"bytes"
	"strings"
)

// storedName is what a command calls a stored graphic or template, in one
// spelling and without its device: labels bring their own to memory R:.
func storedName(t token) string {
	_, name := deviceAndName(t)
	return name
}

func deviceAndName(t token) (device, name string) {
	extension := resident[t.code]
	value := string(firstValue(t.param))
	if before, after, found := strings.Cut(value, ":"); found {
		device, value = before, after
	}
	name = strings.ToUpper(strings.TrimSpace(value))
	if t.is("DY") {
		values := bytes.SplitN(t.param, []byte(","), 4)
		if len(values) > 2 && bytes.EqualFold(bytes.TrimSpace(values[2]), []byte("P")) {
			extension = ".PNG"
		}
	}
	if name == "" {
		name = "UNKNOWN"
	}
	if !strings.Contains(name, ".") {
		name += extension
	}
	return strings.ToUpper(strings.TrimSpace(device)), name
}

func firstValue(param []byte) []byte {
	if end := bytes.IndexAny(param, ",\r\n"); end >= 0 {
		return param[:end]
	}
	return param
}

// toMemory moves a stored name from another device to R:, which a printer
// forgets when it is switched off.
func toMemory(t token) token {
	value := firstValue(t.param)
	colon := bytes.IndexByte(value, ':')
	if colon < 0 || string(bytes.TrimSpace(value[:colon])) == "R" {
		return t
	}
	t.param = append([]byte("R"), t.param[colon:]...)
	return spelt(t)
}

// savesOnly is true for ^IS with N: the image is stored and not printed.
func savesOnly(t token) bool {
	values := bytes.Split(t.param, []byte(","))
	return len(values) > 1 && bytes.EqualFold(bytes.TrimSpace(values[1]), []byte("N"))
}

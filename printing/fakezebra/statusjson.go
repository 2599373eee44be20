package fakezebra

import (
	"bufio"
	"encoding/json"
	"net"
)

// serveJSON answers questions such as {}{"odometer.total_label_count":null}; what stands around them is passed
// over. A setting that has no answer is left out.
func (p *Printer) serveJSON(connection net.Conn, answerTo func([]byte)) {
	in := bufio.NewReader(connection)
	for {
		if _, err := in.ReadSlice('{'); err != nil {
			return
		}
		members, err := in.ReadBytes('}')
		if err != nil {
			return
		}
		var asked map[string]any
		if json.Unmarshal(append([]byte("{"), members...), &asked) != nil || len(asked) == 0 || !p.waitAwake(connection) {
			continue
		}
		p.answerJSON(asked, answerTo)
	}
}

func (p *Printer) answerJSON(asked map[string]any, answerTo func([]byte)) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	for name := range asked {
		if asked[name] = p.variable(name); name == hostStatusVar && p.modes.isSilent() {
			delete(asked, name)
		}
	}
	if answer, err := json.Marshal(asked); err == nil {
		p.answer(string(answer), answerTo)
	}
}

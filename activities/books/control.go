package books

import (
	"slices"

	"github.com/samber/lo"
)

// StoredControl is a control file (manifiesto) in the store, a PDF, as it came with labels.
type StoredControl struct {
	Key    string `json:"key"`
	Pages  int    `json:"pages"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// ControlFile is a control file of a run: the list of parcels that a marketplace makes for a
// request of up to 50 orders and its driver signs. It is never among the labels.
type ControlFile struct {
	Key          string `json:"key"`
	ConnectionID string `json:"connection_id"`
	Channel      string `json:"channel"`
	// Orders are those of the run whose labels came with it.
	Orders int    `json:"orders"`
	Pages  int    `json:"pages"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// Controls are the control files that came with the labels of printed orders, by connection, each
// once. Their keys are still those of the files as they came.
func Controls(printed []Entry) []ControlFile {
	var files []ControlFile
	for _, e := range printed {
		came := lo.UniqBy(lo.FlatMap(e.Labels, func(l Label, _ int) []StoredControl { return l.Controls }), func(c StoredControl) string { return c.Key })
		for _, c := range came {
			_, at, known := lo.FindIndexOf(files, func(f ControlFile) bool { return f.Key == c.Key })
			if !known {
				at = len(files)
				files = append(files, ControlFile{
					Key: c.Key, ConnectionID: e.Order.ConnectionID, Channel: e.Order.Channel, Pages: c.Pages, Bytes: c.Bytes, SHA256: c.SHA256,
				})
			}
			files[at].Orders++
		}
	}
	first := map[string]int{}
	for i, f := range slices.Backward(files) {
		first[f.ConnectionID] = i
	}
	slices.SortStableFunc(files, func(a, b ControlFile) int { return first[a.ConnectionID] - first[b.ConnectionID] })
	return files
}

package books

import (
	"slices"

	"github.com/samber/lo"

	"github.com/despacho/despacho/contract"
)

// StoredControl is a control file (manifiesto), a PDF in the store, as it came with labels.
type StoredControl struct {
	Key    string `json:"key"`
	Pages  int    `json:"pages"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// Controls returns the control files that came with the labels of printed orders, by connection, each
// once. The keys are those of the files as they came.
func Controls(printed []Entry) []contract.ControlFile {
	var files []contract.ControlFile
	for _, e := range printed {
		came := lo.UniqBy(lo.FlatMap(e.Labels, func(l Label, _ int) []StoredControl { return l.Controls }), func(c StoredControl) string { return c.Key })
		for _, c := range came {
			_, at, known := lo.FindIndexOf(files, func(f contract.ControlFile) bool { return f.Key == c.Key })
			if !known {
				at = len(files)
				files = append(files, contract.ControlFile{
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
	slices.SortStableFunc(files, func(a, b contract.ControlFile) int { return first[a.ConnectionID] - first[b.ConnectionID] })
	return files
}

package sandbox

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// samples are the label files of Options.LabelsDir, and whose turn it is.
type samples struct {
	byProvider map[string][]string // "" for the folder itself
	turns      map[string]int
}

var sampleKinds = []string{".zpl", ".txt", ".pdf"}

// readSamples lists the label files of a folder and of its providers' folders;
// no folder means no samples.
func readSamples(dir string) (samples, error) {
	s := samples{byProvider: map[string][]string{}, turns: map[string]int{}}
	if dir == "" {
		return s, nil
	}
	found := 0
	for provider := range channels {
		files, err := sampleFiles(filepath.Join(dir, provider))
		if err != nil && !os.IsNotExist(err) {
			return s, fmt.Errorf("sandbox: labels: %w", err)
		}
		s.byProvider[provider] = files
		found += len(files)
	}
	files, err := sampleFiles(dir)
	if err != nil {
		return s, fmt.Errorf("sandbox: labels: %w", err)
	}
	s.byProvider[""] = files
	if found+len(files) == 0 {
		return s, fmt.Errorf("sandbox: labels: %s holds no *%s", dir, strings.Join(sampleKinds, ", *"))
	}
	return s, nil
}

// sampleFiles are the label files of a folder in name order.
func sampleFiles(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var files []string
	for _, entry := range entries {
		if !entry.IsDir() && slices.Contains(sampleKinds, strings.ToLower(filepath.Ext(entry.Name()))) {
			files = append(files, filepath.Join(dir, entry.Name()))
		}
	}
	return files, nil
}

// deal gives the files to the orders in rotation, those that can be labelled first.
func (s samples) deal(orders []*order) {
	for _, labelable := range []bool{true, false} {
		for _, o := range orders {
			if (o.fate == FateLabelable) == labelable {
				s.give(o)
			}
		}
	}
}

// give gives an order the next file of its provider.
func (s samples) give(o *order) {
	if o.channel() == nil {
		return
	}
	provider := o.connection.provider
	if len(s.byProvider[provider]) == 0 {
		provider = ""
	}
	if files := s.byProvider[provider]; len(files) > 0 {
		o.sample = files[s.turns[provider]%len(files)]
		s.turns[provider]++
	}
}

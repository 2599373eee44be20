package run

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
)

const binsHint = `give --bins FILE: CSV with a header and the columns sku and bin, or JSON {"SKU": "bin", …}`

// ReadBinsFile reads in which bin each SKU lies, from CSV (commas, semicolons
// or tabs; columns sku and bin, others are left alone) or a JSON object; at most
// 100,000 SKUs and 16 MiB. Errors name the file and, in CSV, the line.
func ReadBinsFile(path string) (map[string]string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, usageProblem(binsHint, "the bins cannot be read: %v", err)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxOrdersBytes+1))
	if err != nil {
		return nil, usageProblem(binsHint, "the bins of %s cannot be read: %v", path, err)
	}
	if len(data) > maxOrdersBytes {
		return nil, usageProblem(binsHint, "the bins file %s is larger than 16 MiB", path)
	}
	data = bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\ufeff")))
	var bins map[string]string
	if bytes.HasPrefix(data, []byte("{")) {
		if err := json.Unmarshal(data, &bins); err != nil {
			return nil, usageProblem(binsHint, "the bins file %s is no JSON object of texts: %v", path, err)
		}
	} else if bins, err = parseBins(data); err != nil {
		return nil, usageProblem(binsHint, "%s, %v", path, err)
	}
	switch {
	case len(bins) == 0:
		return nil, usageProblem(binsHint, "the bins file %s names no SKU", path)
	case len(bins) > activities.MaxBins:
		return nil, usageProblem(binsHint, "the bins file %s names %d SKUs; at most %d", path, len(bins), activities.MaxBins)
	}
	return bins, nil
}

func parseBins(data []byte) (map[string]string, error) {
	reader := csv.NewReader(bytes.NewReader(data))
	reader.Comma = separator(data)
	reader.FieldsPerRecord = -1
	reader.TrimLeadingSpace = true
	header, err := reader.Read()
	if err != nil {
		return nil, fmt.Errorf("line 1: %w", err)
	}
	header = lo.Map(header, func(name string, _ int) string { return strings.ToLower(strings.TrimSpace(name)) })
	sku, bin := slices.Index(header, "sku"), slices.Index(header, "bin")
	if sku < 0 || bin < 0 {
		return nil, errors.New("line 1: the header has not both columns, sku and bin")
	}
	bins := map[string]string{}
	for {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return bins, nil
		}
		if err != nil {
			return nil, err
		}
		line, _ := reader.FieldPos(0)
		name, place := cell(record, sku), cell(record, bin)
		if other, known := bins[name]; known && other != place {
			return nil, fmt.Errorf("line %d: %q lies in %q here and in %q above", line, name, place, other)
		}
		if name != "" && place != "" {
			bins[name] = place
		}
	}
}

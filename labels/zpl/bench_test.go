package zpl_test

import (
	"bytes"
	"fmt"
	"io"
	"iter"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/zpl"
)

// BenchmarkJoin takes labels of 2 to 6 KB of short commands, as carriers write them, through
// tokenizer, allow-list and join.
func BenchmarkJoin(b *testing.B) {
	const labels = 1000
	files := make([][]byte, labels)
	size := 0
	for i := range files {
		var label bytes.Buffer
		label.WriteString("^XA\n^MCY\n^CI28\n^PW812\n^LH5,15\n^FX HEADER ^FS\n^FO20,10^GFA,800,800,10,")
		label.Write(bytes.Repeat([]byte("00FF7E18,"), 40))
		label.WriteString("^FS\n")
		for line := range 30 + i%40 {
			fmt.Fprintf(&label, "^FO%d,%d^A0N,24,24^FH^FDLinea %d de la direcci_C3_B3n^FS\n", 20, 20*line, line)
		}
		fmt.Fprintf(&label, "^FO230,210^BY3,,1^BCN,160,N,N,N^FD>:4211112%04d^FS\n^PQ1,0,1,Y\n^XZ\n", i)
		files[i] = label.Bytes()
		size += label.Len()
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		joined, err := zpl.Join(io.Discard, each(files))
		require.NoError(b, err)
		require.Equal(b, labels, joined.Units)
	}
}

func each(files [][]byte) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for _, file := range files {
			if !yield(file, nil) {
				return
			}
		}
	}
}

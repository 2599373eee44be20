package main

import (
	"bytes"
	"fmt"
	"image/color"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/boombuler/barcode/code128"
)

// write makes the batch's files and returns their names within the folder.
func (b batch) write(dir string) ([]string, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	random := rand.NewChaCha8([32]byte{})
	names := make([]string, b.labels)
	for i := range names {
		size := b.fewest + int(random.Uint64()%uint64(b.to-b.fewest+1))
		data, err := label(42_000_000_000+i, size, random)
		if err != nil {
			return nil, err
		}
		names[i] = fmt.Sprintf("%06d.pdf", i)
		if err := os.WriteFile(filepath.Join(dir, names[i]), data, 0o600); err != nil {
			return nil, err
		}
	}
	return names, nil
}

// label makes a label of about size bytes; a logo fills it up.
func label(id, size int, random *rand.ChaCha8) ([]byte, error) {
	content, err := drawing(id)
	if err != nil {
		return nil, err
	}
	const width, around = 32, 1_000 // bytes outside the streams
	logo := make([]byte, width*max(1, (size-len(content)-around)/width))
	if _, err := random.Read(logo); err != nil {
		return nil, err
	}
	objects := []string{
		"<</Type/Catalog/Pages 2 0 R>>",
		"<</Type/Pages/Count 1/Kids[3 0 R]>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 288 432]/Resources<</Font<</F1 5 0 R>>/XObject<</Logo 6 0 R>>>>/Contents 4 0 R>>",
		fmt.Sprintf("<</Length %d>>\nstream\n%s\nendstream", len(content), content),
		"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
		fmt.Sprintf("<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8/Length %d>>\nstream\n%s\nendstream",
			width, len(logo)/width, len(logo), logo),
	}
	return assemble(objects), nil
}

// drawing paints a barcode, one rectangle per bar, and the number below it.
func drawing(id int) ([]byte, error) {
	code, err := code128.Encode(fmt.Sprint(id))
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	isBar := func(x int) bool {
		return x < code.Bounds().Dx() && color.GrayModel.Convert(code.At(x, 0)).(color.Gray).Y < 128
	}
	for x := 0; x < code.Bounds().Dx(); x++ {
		start := x
		for isBar(x) {
			x++
		}
		if x > start {
			fmt.Fprintf(&out, "%d 240 %d 90 re f\n", 40+start*2, 2*(x-start))
		}
	}
	fmt.Fprintf(&out, "q 60 0 0 60 20 360 cm /Logo Do Q\nBT /F1 14 Tf 40 220 Td (%d) Tj ET\n", id)
	return out.Bytes(), nil
}

func assemble(objects []string) []byte {
	var out bytes.Buffer
	out.WriteString("%PDF-1.4\n")
	var table bytes.Buffer
	for i, object := range objects {
		fmt.Fprintf(&table, "%010d 00000 n \n", out.Len())
		fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	start := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n",
		len(objects)+1, table.Bytes(), len(objects)+1, start)
	return out.Bytes()
}

package stamp

import "fmt"

// PDF stamps the pages of one label's file, each as it is seen: its visible box,
// turned upright. What the pages draw stays as it was, vectors included. A slip
// page follows when the first page has no free strip. The same label and stamp
// give the same bytes. An error is a [pdf.Error] for a file that cannot be
// printed, or says that the stamp's number is none.
func PDF(label []byte, s Stamp) (stamped Stamped, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("stamp a PDF label: reading it panicked: %v", r)
		}
	}()
	if s, err = s.prepared(); err != nil {
		return Stamped{}, err
	}
	base, err := unstampedPDF(label)
	if err != nil {
		return Stamped{}, fmt.Errorf("stamp a PDF label: %w", err)
	}
	if s.empty() {
		return Stamped{Data: base}, nil
	}
	f, err := openPDF(base)
	if err != nil {
		return Stamped{}, fmt.Errorf("stamp a PDF label: %w", err)
	}
	u := newUpdate(f)
	for i, p := range f.pages {
		stamped.page(u, i, p, s)
	}
	if stamped.Where == slip {
		size := f.pages[0].size()
		m := pdfMeasures
		texts, left := slipLayout(s, rect{m.margin, m.margin, size.right - m.margin, size.bottom - m.margin}, m)
		u.addSlip(size, texts)
		stamped.Notes = append(stamped.Notes, shortenedNote(left)...)
	}
	stamped.Data = u.bytes()
	return stamped, nil
}

// In points.
var pdfMeasures = measures{text: 7, margin: 6}

func (stamped *Stamped) page(u *update, i int, p pdfPage, s Stamp) {
	d := drawPage(u.file, p)
	found, ok := strip{}, false
	reason := d.unmeasured
	if reason == "" {
		if found, ok = findStrip(d.grid, pdfMeasures); !ok {
			reason = "no strip is free"
		}
	}
	switch {
	case !ok && i == 0:
		stamped.Where = slip
		stamped.Notes = append(stamped.Notes, "on a slip: "+reason)
		return
	case !ok:
		stamped.Notes = append(stamped.Notes, fmt.Sprintf("page %d has no stamp: %s", i+1, reason))
		return
	case i == 0:
		stamped.Where = found.place
	}
	texts, left := layout(s, found.rect, pdfMeasures)
	u.stampPage(p, d, texts)
	if i == 0 {
		stamped.Notes = append(stamped.Notes, shortenedNote(left)...)
	}
}

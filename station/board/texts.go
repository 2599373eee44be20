package board

import (
	"context"
	"strings"
	"unicode"

	"github.com/samber/lo"

	"github.com/despacho/despacho/labels"
	"github.com/despacho/despacho/labels/pdf"
	"github.com/despacho/despacho/labels/zpl"
	"github.com/despacho/despacho/station/api"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/wording"
)

const (
	// maxUnread bounds the labels whose texts are still to be read.
	maxUnread = 20_000
	// maxLabelFile bounds a label's file that is read for its texts.
	maxLabelFile = 8 << 20
	// maxTexts bounds the codes that are remembered of one label; each has so many characters and digits at least.
	maxTexts      = 60
	shortestText  = 8
	fewestNumbers = 6
)

// texts are the codes that stand on labels which are on paper, so that the barcode of a parcel is known that
// is none of its order's numbers. They are kept in memory alone: a label holds a buyer's numbers as well.
type texts struct {
	codes  map[string][]labelKey
	unread []labelKey
	asked  map[labelKey]bool
}

// want asks for the texts of a label.
func (t *texts) want(key labelKey) bool {
	if t.asked[key] || len(t.unread) >= maxUnread {
		return false
	}
	t.asked[key] = true
	t.unread = append(t.unread, key)
	return true
}

// readTexts reads the labels whose texts are wanted, one after the other, until ctx ends.
func (b *Board) readTexts(ctx context.Context) {
	for ctx.Err() == nil {
		l := look(b, (*model).nextUnread)
		if l == nil {
			select {
			case <-ctx.Done():
			case <-b.unread:
			}
			continue
		}
		file := l.row.Labels[l.number-1]
		data, err := b.Store.ReadPlace(ctx, storage.Place{Key: file.Key, From: file.From, Bytes: file.Bytes}, maxLabelFile)
		if err != nil {
			// It may have expired; the order's numbers are known anyway.
			continue
		}
		codes := codesOn(labels.Format(file.Format), data)
		_ = look(b, func(m *model) bool {
			for _, code := range codes {
				m.texts.codes[code] = append(m.texts.codes[code], l.key())
			}
			return true
		})
	}
}

// nextUnread takes the next label of a run in view off the list; nil when there is none.
func (m *model) nextUnread() *label {
	for len(m.texts.unread) > 0 {
		key := m.texts.unread[0]
		m.texts.unread = m.texts.unread[1:]
		if l := m.findLabel(key.merchant, key.order, key.label); l != nil && l.isPrintable() {
			return l
		}
		delete(m.texts.asked, key)
	}
	return nil
}

// codesOn are the codes in a label's texts and barcodes.
func codesOn(format labels.Format, data []byte) []string {
	var all []string
	switch format {
	case labels.ZPL:
		units, _, _ := zpl.Printable(data)
		for _, unit := range units {
			all = append(all, zpl.Texts(unit)...)
		}
	case labels.PDF:
		pages, _ := pdf.Texts(data)
		for _, page := range pages {
			all = append(all, strings.Fields(page)...)
		}
	}
	codes := lo.Uniq(lo.FilterMap(all, func(text string, _ int) (string, bool) {
		code := Code(text)
		digits := strings.Count(strings.Map(func(r rune) rune { return lo.Ternary(unicode.IsDigit(r), '0', 'x') }, code), "0")
		return code, len(code) >= shortestText && digits >= fewestNumbers
	}))
	return codes[:min(len(codes), maxTexts)]
}

// Marked are the orders whose label, once it is on paper, bears the scanned code.
func (b *Board) Marked(codes Codes, scope Scope, language wording.Language) []api.Label {
	return look(b, func(m *model) []api.Label {
		var found []*label
		for _, code := range codes.Whole {
			for _, key := range m.texts.codes[code] {
				l := m.findLabel(key.merchant, key.order, key.label)
				if l != nil && (scope.Merchant == "" || scope.Merchant == key.merchant) {
					found = append(found, l)
				}
			}
		}
		found = orderByOrder(found)
		return lo.Map(found[:min(len(found), maxFound)], func(l *label, _ int) api.Label { return m.showLabel(l, language) })
	})
}

package labels

// Finder tells whose a label is, by its texts and then by its file's name.
type Finder struct{ references references }

// NewFinder knows orders by their number in the slice.
func NewFinder(orders []Order) Finder { return Finder{indexReferences(orders)} }

// Find gives the number of the one order that a label names.
func (f Finder) Find(name string, texts []string) (order int, ok bool) {
	if order, ok = f.references.find(texts).alone(); ok {
		return order, true
	}
	return f.references.inName(name).alone()
}

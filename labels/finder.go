package labels

// Finder finds the order to which a label belongs, by its texts and then by its file's name.
type Finder struct{ references references }

// NewFinder makes a finder for orders; Find returns their numbers in the slice.
func NewFinder(orders []Order) Finder { return Finder{indexReferences(orders)} }

// Find returns the number of the only order that a label names; ok is false if there is none or
// more than one.
func (f Finder) Find(name string, texts []string) (order int, ok bool) {
	if order, ok = f.references.find(texts).onlyOrder(); ok {
		return order, true
	}
	return f.references.inName(name).onlyOrder()
}

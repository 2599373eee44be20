package books

// ChooseFormat splits the labels of an order into those to print, all in one format, and the spare
// ones. The preferred format wins unless the other has more parcels.
func ChooseFormat(labels []Label, preferred string) (print, spare []Label) {
	parcels := map[string]int{}
	for _, l := range labels {
		if !l.Spare {
			parcels[l.Format] += max(l.Count, 1)
		}
	}
	format := preferred
	for _, other := range []string{"zpl", "pdf"} {
		if parcels[other] > parcels[format] {
			format = other
		}
	}
	for _, l := range labels {
		if l.Format == format && !l.Spare {
			print = append(print, l)
		} else {
			spare = append(spare, l)
		}
	}
	return print, spare
}

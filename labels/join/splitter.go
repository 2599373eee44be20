package join

// Splitter decides where files begin in a pile that is split by size. Most is the largest number of
// pages or units in a file, as they came; 0 means no split.
type Splitter struct {
	Most int

	begun bool
	held  int
}

// Begins reports whether the next label, of count pages or units, begins a new file. Together also
// counts the labels after it that belong with it: they begin a new file if they fit into one but
// not into the rest of the present one.
func (s *Splitter) Begins(count, together int) bool {
	full := s.Most > 0 && (s.held+count > s.Most || together <= s.Most && s.held+together > s.Most)
	begins := !s.begun || full
	if begins {
		s.held = 0
	}
	s.begun = true
	s.held += count
	return begins
}

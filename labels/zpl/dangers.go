package zpl

import "strings"

// hasMode are the commands that are better described together with the first letter of their
// parameter: ^MMT tears off, ^MMC cuts.
var hasMode = map[string]bool{"^MM": true, "^MN": true, "^MT": true, "^MC": true, "^JU": true, "~JS": true}

// dangers say what a command could do to a printer beyond the label.
var dangers = func() map[string]string {
	known := map[string]string{}
	for _, group := range []struct{ codes, does string }{
		{"~JA ~JP ~JR ~JX ^RO ~RO ~RV ~EF ~EG ^EF ^EG ~JN ~JO ~JF", "it resets the printer, cancels work or erases its memory"},
		{"~PR", "it prints an earlier label again"},
		{"^JU ^ST ^KL ^KN ^KV ^MA ^MI ^MP ^MW ^SL ~SL ^SQ ^SX ^SO ^ZZ ~KB ^JH ^JN", "it changes the printer's lasting settings"},
		{"^KP ^KD", "it changes the printer's password or clock"},
		{"^NB ^NC ^ND ^NI ^NN ^NP ^NR ^NS ^NT ^NW ~NC ~NR ~NT ^SC ^WA ^WE ^WI ^WL ^WP ^WR ^WS ^WX ~WL ~WR", "it changes the printer's network or port"},
		{"~DB ~DE ~DN ~DS ~DT ~DU ~DY ~DG ^TO ^ID ^CM ^CO", "it writes, moves or deletes files in the printer's storage"},
		{"^HF ^HG ^HH ^HL ^LF ^HT ^HV ^HW ^HY ^HZ ~HB ~HD ~HI ~HL ~HM ~HQ ~HS ~HU ~WC ^WD ~WQ", "it makes the printer report about itself"},
		{"^JI ~JI ~JQ", "it runs a program in the printer"},
		{"^JB ~JB ~JC ~JD ~JE ~JG ^JJ ~JJ ~JL ~JS ^JS ^JT ^JW ^JZ ~TA ~LO ^ML ~DL ~PL ^SI ^SR ^SS ^XS", "it changes the printer's calibration, sensors or diagnosis"},
		{"^RB ^RE ^RF ^RI ^RL ^RM ^RN ^RQ ^RR ^RS ^RT ^RU ^RW ^RZ ^WT ^WV ^HR", "it writes or locks a radio tag"},
	} {
		for code := range strings.FieldsSeq(group.codes) {
			known[code] = group.does
		}
	}
	return known
}()

// danger is "" for a command that affects only this job.
func danger(t token) string { return dangers[string(t.prefix)+t.code.String()] }

// Package people knows who may work at the packing tables of a site: the devices (tablets, computers) that
// were paired once, and the people who print with them. A device proves itself with the secret in its
// cookie; a person is a name or a badge with an optional PIN, which attributes prints and secures nothing.
//
// Begin with [Open]. [Site.NewCode] makes a pairing code, [Site.Pair] takes it, [Site.Visit] tells whose
// cookie a request brings.
//
// It promises that a code pairs one device only, whatever happens at the same time, that of secrets,
// codes, badges and PINs only digests are stored, and that wrong PINs are counted before they are tried.
package people

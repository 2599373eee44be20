package storage

const (
	kindPartners = "partners"
	kindRequests = "requests"
)

// Partner is a partner's key to the gateway: its name, what it may do, the digests of its secrets.
func Partner(id string) string { return PartnersPrefix() + keySegment(id) + ".json" }

// PartnersPrefix is where the keys of all partners are stored; they never expire.
func PartnersPrefix() string { return kindPartners + "/" }

// PartnerRequest is a request that a partner made for a merchant under an Idempotency-Key, and its answer; digest is
// the Idempotency-Key's, in hexadecimal. Changed by conditional writes alone.
func PartnerRequest(merchant, partner, digest string) string {
	return joinSegments(kindRequests, merchant, partner) + keySegment(digest) + ".json"
}

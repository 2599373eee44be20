package channels

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/samber/lo"

	"github.com/despacho/despacho/contract"
)

// Prefixes of overrides that are not about a channel's labels; a connection's id, a channel or a
// word follows the slash. Payment, Verification and SaleStatus are such prefixes, too.
const (
	countryHead = "country"
	courierHead = "courier"
)

// New makes a table with overrides. Each key and value is one of
//
//	bigcommerce                 yes or no
//	ripley/despacho propio      yes, no or listed (the hub's list decides)
//	country/<connection>        a country's code or name; for a channel, only used if the hub does not say it
//	payment/<word>              good, open or off: what paymentStatus means; likewise verification/ and sale/
//	courier/<spelling>          the courier's name
//
// One error names all wrong entries. What the guide states cannot be overridden.
func New(overrides map[string]string) (Table, error) {
	table := Table{
		channels: map[string]Channel{}, overrides: map[modeKey]Verdict{}, countries: map[string]string{},
		words: map[modeKey]Standing{}, couriers: map[string]string{},
	}
	var wrong []error
	for _, key := range slices.Sorted(maps.Keys(overrides)) {
		if err := table.override(key, overrides[key]); err != nil {
			wrong = append(wrong, fmt.Errorf("channel override %q = %q: %w", key, overrides[key], err))
		}
	}
	return table, errors.Join(wrong...)
}

// OverridesFor selects from what New takes the entries that affect orders of a channel; nil if there
// are none.
func OverridesFor(all map[string]string, slug string) map[string]string {
	about := lo.PickBy(all, func(key, _ string) bool {
		head, _, more := strings.Cut(key, "/")
		if more && slices.Contains(heads, squash(head)) {
			return squash(head) != countryHead // decided once, for the connection
		}
		return slugOf(head) == slugOf(slug)
	})
	return lo.Ternary(len(about) > 0, about, nil)
}

var heads = []string{countryHead, courierHead, Payment, Verification, SaleStatus}

func (t *Table) override(key, value string) error {
	head, rest, more := strings.Cut(key, "/")
	switch {
	case squash(head) == "":
		return errors.New("names no channel")
	case !more:
		return t.overrideChannel(head, value)
	}
	switch head := squash(head); head {
	case countryHead:
		return t.overrideCountry(rest, value)
	case courierHead:
		return t.overrideCourier(rest, value)
	case Payment, Verification, SaleStatus:
		return t.overrideWord(head, rest, value)
	}
	return t.overrideMode(head, rest, value)
}

func (t *Table) overrideChannel(slug, value string) error {
	verdict, err := parseVerdict(value)
	if err != nil {
		return err
	}
	channel := standard.BySlug(slug)
	switch {
	case verdict == HubListDecides:
		return errors.New("a channel must be yes or no; listed is for shipping modes only")
	case !channel.Inferred:
		return fmt.Errorf("the hub's guide says whether %s has labels, so this cannot be changed", channel.Name)
	}
	channel.Labels = verdict == HasLabel
	if channel.Labels {
		channel.SkipReason = contract.Reason{}
	}
	t.channels[squash(slug)] = channel
	return nil
}

func (t *Table) overrideMode(slug, mode, value string) error {
	verdict, err := parseVerdict(value)
	if err != nil {
		return err
	}
	if squash(mode) == "" {
		return errors.New("names no shipping mode")
	}
	stated := standard.ModeOf(slug, mode)
	if stated.Label != HubListDecides && !stated.Inferred {
		return fmt.Errorf("the hub's guide says whether this shipping mode has labels (%s), so this cannot be changed", stated.Label)
	}
	t.overrides[keyOf(slug, mode)] = verdict
	return nil
}

func (t *Table) overrideCountry(shop, value string) error {
	code := CountryCode(value)
	switch {
	case squash(shop) == "":
		return errors.New("names no connection and no channel")
	case code == "":
		return errors.New("names no country; write its code, such as cl or mx")
	}
	t.countries[slugOf(shop)] = code
	return nil
}

func (t *Table) overrideCourier(spelling, name string) error {
	if squashLetters(spelling) == "" || squashLetters(name) == "" {
		return errors.New("names no courier")
	}
	t.couriers[squashLetters(spelling)] = strings.TrimSpace(name)
	t.couriers[squashLetters(name)] = strings.TrimSpace(name)
	return nil
}

func (t *Table) overrideWord(member, word, value string) error {
	standing, err := parseStanding(value)
	if err != nil {
		return err
	}
	if squash(word) == "" {
		return errors.New("names no word")
	}
	if known, is := statedStanding(member, word); is && known != standing && slices.Contains(guideWords, squash(word)) {
		return fmt.Errorf("the hub's guide says what this word means (%s), so this cannot be changed", known)
	}
	t.words[modeKey{member, squash(word)}] = standing
	return nil
}

// guideWords are the words that the guide itself explains.
var guideWords = []string{"completed", "verified", "pending", "rejected", "refunded", "cancelled", "canceled"}

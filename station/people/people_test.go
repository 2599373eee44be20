package people

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

// clock is a time that tests move.
type clock struct{ nanos atomic.Int64 }

func (c *clock) now() time.Time          { return time.Unix(0, c.nanos.Load()).UTC() }
func (c *clock) pass(span time.Duration) { c.nanos.Add(int64(span)) }

func newSite(t testing.TB) (*Site, *clock) {
	t.Helper()
	c := &clock{}
	c.nanos.Store(time.Date(2026, 11, 29, 8, 0, 0, 0, time.UTC).UnixNano())
	s := openAt(storagetest.New(t), "principal", c.now)
	s.attempts = rate.NewLimiter(rate.Inf, 1)
	return s, c
}

func mustPair(t testing.TB, s *Site) (cookie string, device Device) {
	t.Helper()
	code, err := s.NewCode(t.Context(), "", CodeLife)
	require.NoError(t, err)
	cookie, device, err = s.Pair(t.Context(), code)
	require.NoError(t, err)
	return cookie, device
}

func TestOfManyWhoUseACodeAtOnceOneIsPaired(t *testing.T) {
	t.Parallel()
	s, _ := newSite(t)
	code, err := s.NewCode(t.Context(), "", CodeLife)
	require.NoError(t, err)
	var paired atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			other := openAt(s.store, "principal", s.now) // another station of the site
			switch _, _, err := other.Pair(t.Context(), code); {
			case err == nil:
				paired.Add(1)
			default:
				assert.ErrorIs(t, err, ErrWrongCode)
			}
		})
	}
	all.Wait()
	assert.EqualValues(t, 1, paired.Load())
	devices, err := s.Devices(t.Context())
	require.NoError(t, err)
	assert.Len(t, devices, 1)
}

func TestACodeEnds(t *testing.T) {
	t.Parallel()
	t.Run("after ten minutes", func(t *testing.T) {
		t.Parallel()
		s, c := newSite(t)
		code, err := s.NewCode(t.Context(), "", CodeLife)
		require.NoError(t, err)
		c.pass(CodeLife)
		_, _, err = s.Pair(t.Context(), code)
		require.ErrorIs(t, err, ErrWrongCode)
	})
	t.Run("after many wrong ones", func(t *testing.T) {
		t.Parallel()
		s, _ := newSite(t)
		code, err := s.NewCode(t.Context(), "", CodeLife)
		require.NoError(t, err)
		for range codeTries {
			_, _, err = s.Pair(t.Context(), "AAAA-AAAA")
			require.ErrorIs(t, err, ErrWrongCode)
		}
		_, _, err = s.Pair(t.Context(), code)
		require.ErrorIs(t, err, ErrWrongCode)
	})
	t.Run("and wrong ones cannot be tried fast", func(t *testing.T) {
		t.Parallel()
		s := Open(storagetest.New(t), "principal")
		var err error
		for range 20 {
			if _, _, err = s.Pair(t.Context(), "AAAA-AAAA"); errors.Is(err, ErrTooFast) {
				return
			}
		}
		require.ErrorIs(t, err, ErrTooFast)
	})
}

func TestACodeIsTypedInManyWays(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"ab12-cd34": "AB12CD34", " AB12 CD34\n": "AB12CD34", "oil0-OIL1": "0110" + "0111", strings.Repeat("A", 200): "",
	} {
		assert.Equal(t, want, normalCode(typed), typed)
	}
}

func TestADeviceIsKnownByItsCookieAlone(t *testing.T) {
	t.Parallel()
	s, c := newSite(t)
	cookie, device := mustPair(t, s)
	visit, err := s.Visit(t.Context(), cookie)
	require.NoError(t, err)
	assert.Equal(t, "Mesa 1", visit.Device)
	assert.Len(t, visit.Token, 43)

	other, _ := mustPair(t, s)
	id, _, _ := strings.Cut(cookie, ".")
	_, secret, _ := strings.Cut(other, ".")
	for name, wrong := range map[string]string{
		"nothing": "", "no secret": id, "another's secret": id + "." + secret, "an unknown device": strings.Repeat("0", 16) + "." + secret,
		"a short secret": id + ".AAAA", "no base64": id + "." + strings.Repeat("*", 43),
	} {
		_, err := s.Visit(t.Context(), wrong)
		assert.ErrorIs(t, err, ErrUnpaired, name)
	}

	elsewhere := openAt(s.store, "principal", c.now)
	require.NoError(t, elsewhere.RemoveDevice(t.Context(), strings.ToLower(device.Name)))
	c.pass(bookAge + time.Second)
	_, err = s.Visit(t.Context(), cookie)
	require.ErrorIs(t, err, ErrUnpaired, "a device that was removed elsewhere is refused within seconds")
	require.ErrorContains(t, s.RemoveDevice(t.Context(), "Mesa 9"), "station devices list")
}

func TestDevicesAreKnownWhileTheStoreIsAway(t *testing.T) {
	t.Parallel()
	server := storagetest.NewServer(t)
	store := server.Open(t, storage.Config{})
	_, err := store.EnsureBucket(t.Context())
	require.NoError(t, err)
	c := &clock{}
	c.nanos.Store(time.Now().UnixNano())
	s := openAt(store, "principal", c.now)
	cookie, _ := mustPair(t, s)
	server.InjectFaults(func(storagetest.Call, *http.Request) storagetest.Fault {
		return storagetest.Fault{Status: 403, Code: "AccessDenied"}
	})
	c.pass(time.Hour)
	_, err = s.Visit(t.Context(), cookie)
	require.NoError(t, err)
	_, err = openAt(store, "principal", c.now).Visit(t.Context(), cookie)
	require.Error(t, err)
	require.NotErrorIs(t, err, ErrUnpaired, "who cannot be known is not told to pair again")
}

func TestSomebodyWorksAtADeviceUntilItIsIdle(t *testing.T) {
	t.Parallel()
	s, c := newSite(t)
	_, err := s.AddPerson(t.Context(), NewPerson{Name: "Ana", Badge: "EMP-0001"})
	require.NoError(t, err)
	cookie, device := mustPair(t, s)
	person := func(s *Site) string {
		visit, err := s.Visit(t.Context(), cookie)
		require.NoError(t, err)
		return visit.Person
	}
	assert.Empty(t, person(s))
	_, err = s.Sign(t.Context(), device.ID, SignIn{Badge: " EMP-0001\r\n"})
	require.NoError(t, err)
	for range 20 { // works for longer than the idle end
		c.pass(time.Hour)
		assert.Equal(t, "Ana", person(s))
	}
	_, signed := s.Counts()
	assert.Equal(t, 1, signed)
	assert.Equal(t, "Ana", person(openAt(s.store, "principal", c.now)), "also after the station started again")
	c.pass(IdleEnd)
	assert.Empty(t, person(s))

	_, err = s.Sign(t.Context(), device.ID, SignIn{Name: "ana"})
	require.NoError(t, err)
	require.NoError(t, s.SignOut(t.Context(), device.ID))
	assert.Empty(t, person(s))

	_, err = s.Sign(t.Context(), device.ID, SignIn{Name: "Ana"})
	require.NoError(t, err)
	require.NoError(t, s.RemovePerson(t.Context(), "ANA"))
	assert.Empty(t, person(s), "who was removed works nowhere")
	for _, given := range []SignIn{{Name: "Ana"}, {Name: ""}, {Badge: "EMP-0001"}, {Badge: "x"}} {
		_, err = s.Sign(t.Context(), device.ID, given)
		require.ErrorIs(t, err, ErrNoPerson)
	}
}

func TestWrongPINsLock(t *testing.T) {
	t.Parallel()
	s, c := newSite(t)
	for _, name := range []string{"Ana", "Beto"} {
		_, err := s.AddPerson(t.Context(), NewPerson{Name: name, PIN: "2468"})
		require.NoError(t, err)
	}
	_, device := mustPair(t, s)
	_, other := mustPair(t, s)
	try := func(device Device, name, pin string) error {
		_, err := s.Sign(t.Context(), device.ID, SignIn{Name: name, PIN: pin})
		return err
	}
	locked := new(LockedError)
	require.ErrorIs(t, try(device, "Ana", ""), ErrNeedsPIN)
	for range freeTries {
		require.ErrorIs(t, try(device, "Ana", "1111"), ErrWrongPIN)
	}
	require.ErrorAs(t, try(device, "Ana", "2468"), &locked, "also the right one")
	assert.Equal(t, c.now().Add(firstLock), locked.Until)
	require.NoError(t, try(device, "Beto", "2468"), "another person is not locked")
	require.NoError(t, try(other, "Ana", "2468"), "nor the same one at another device")

	c.pass(firstLock)
	require.ErrorIs(t, try(device, "Ana", "1111"), ErrWrongPIN)
	require.ErrorAs(t, try(device, "Ana", "2468"), &locked)
	assert.Equal(t, c.now().Add(2*firstLock), locked.Until, "each further one locks for twice as long")
	c.pass(2 * firstLock)
	require.NoError(t, try(device, "Ana", "2468"))
	require.ErrorIs(t, try(device, "Ana", "1111"), ErrWrongPIN, "and the right one forgives")
	assert.Equal(t, longestLock, lockFor(60))
}

func TestTriesAtTheSameTimeAreNoWayAroundTheLock(t *testing.T) {
	t.Parallel()
	s, _ := newSite(t)
	_, err := s.AddPerson(t.Context(), NewPerson{Name: "Ana", PIN: "2468"})
	require.NoError(t, err)
	_, device := mustPair(t, s)
	var wrong atomic.Int32
	var all sync.WaitGroup
	for range 12 {
		all.Go(func() {
			if _, err := s.Sign(t.Context(), device.ID, SignIn{Name: "Ana", PIN: "1111"}); errors.Is(err, ErrWrongPIN) {
				wrong.Add(1)
			}
		})
	}
	all.Wait()
	assert.LessOrEqual(t, wrong.Load(), int32(freeTries))
}

func TestNamesAreCleaned(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"  José\u0301  Pérez\t": "José\u0301 Pérez", "Jose\u0301": "José", "Ana\u202egnp": "Anagnp", "<b>Ana</b>": "bAna/b", "Ana\x00\n": "Ana",
	} {
		name, err := CleanName(given)
		require.NoError(t, err)
		assert.Equal(t, want, name)
	}
	for _, wrong := range []string{"", " \u200b ", strings.Repeat("a", 41), strings.Repeat("ñ", 5000)} {
		_, err := CleanName(wrong)
		assert.Error(t, err, wrong)
	}
}

func TestWhoIsAddedHasANameAndABadgeOfTheirOwn(t *testing.T) {
	t.Parallel()
	s, _ := newSite(t)
	_, err := s.AddPerson(t.Context(), NewPerson{Name: "Ana", Badge: "EMP-0001", PIN: "0000"})
	require.NoError(t, err)
	for name, given := range map[string]NewPerson{"the name": {Name: "ANA"}, "the badge": {Name: "Beto", Badge: "EMP-0001"}} {
		_, err := s.AddPerson(t.Context(), given)
		assert.ErrorIs(t, err, ErrTaken, name)
	}
	for _, given := range []NewPerson{{Name: "Caro", PIN: "123"}, {Name: "Caro", PIN: "12a4"}, {Name: "Caro", Badge: "ab"}, {Name: ""}} {
		_, err := s.AddPerson(t.Context(), given)
		require.Error(t, err)
	}
	content, err := s.store.ReadAll(t.Context(), storage.SitePeople("principal"), 1<<20)
	require.NoError(t, err)
	assert.True(t, json.Valid(content))
	assert.NotContains(t, string(content), "EMP-0001")
	assert.NotContains(t, string(content), "0000\"")
}

func TestASiteIsBounded(t *testing.T) {
	t.Parallel()
	s, _ := newSite(t)
	require.NoError(t, s.change(t.Context(), func(b *book) error {
		b.Devices, b.People, b.Codes = make([]Device, MostDevices), make([]Person, MostPeople), nil
		return nil
	}))
	_, err := s.AddPerson(t.Context(), NewPerson{Name: "Ana"})
	require.ErrorIs(t, err, ErrFull)
	code, err := s.NewCode(t.Context(), "", CodeLife)
	require.NoError(t, err)
	_, _, err = s.Pair(t.Context(), code)
	require.ErrorIs(t, err, ErrFull)
	for range mostCodes - 1 {
		_, err = s.NewCode(t.Context(), "", CodeLife)
		require.NoError(t, err)
	}
	_, err = s.NewCode(t.Context(), "", CodeLife)
	require.ErrorIs(t, err, ErrFull)
}

func TestDevicesOfOneNameAreTold(t *testing.T) {
	t.Parallel()
	s, _ := newSite(t)
	var names []string
	for range 3 {
		code, err := s.NewCode(t.Context(), "Tablet", 24*time.Hour)
		require.NoError(t, err)
		assert.Len(t, code, 26, "a code of a link is long")
		_, device, err := s.Pair(t.Context(), code)
		require.NoError(t, err)
		names = append(names, device.Name)
	}
	assert.Equal(t, []string{"Tablet", "Tablet 2", "Tablet 3"}, names)
}

package run

import (
	"errors"
	"net/http"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/station/api"
	"github.com/despacho/despacho/station/door"
	"github.com/despacho/despacho/station/people"
)

// cookieLife is as long as browsers keep a cookie at most.
const cookieLife = 400 * 24 * time.Hour

// peopleRoutes pair devices and say who works at them.
func (p *process) peopleRoutes() []door.Route {
	return []door.Route{
		{Pattern: "POST /api/pair", Handler: http.HandlerFunc(p.pair)},
		{Pattern: "GET /api/people", Need: door.Device, Handler: http.HandlerFunc(p.listPeople)},
		{Pattern: "POST /api/person", Need: door.Device, Signs: true, Handler: http.HandlerFunc(p.sign)},
		{Pattern: "DELETE /api/person", Need: door.Device, Signs: true, Handler: http.HandlerFunc(p.signOut)},
	}
}

func (p *process) pair(w http.ResponseWriter, r *http.Request) {
	var given api.PairIn
	if !door.ReadJSON(w, r, &given) {
		return
	}
	cookie, device, err := p.people.Pair(r.Context(), given.Code)
	if err != nil {
		p.refuse(w, r, err)
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: p.settings.cookie(), Value: cookie, Path: "/", MaxAge: int(cookieLife.Seconds()),
		HttpOnly: true, Secure: p.settings.encrypted(), SameSite: http.SameSiteStrictMode,
	})
	p.log.Info("a device was paired", "device", device.Name, "id", device.ID)
	door.WriteJSON(w, http.StatusOK, api.PairOut{Device: device.Name})
}

func (p *process) listPeople(w http.ResponseWriter, r *http.Request) {
	visit := door.VisitorOf(r.Context())
	all, err := p.people.People(r.Context())
	if err != nil {
		p.refuse(w, r, err)
		return
	}
	door.WriteJSON(w, http.StatusOK, api.People{
		Device: visit.Device, Person: visit.Person,
		People: lo.Map(all, func(one people.Person, _ int) api.PersonChoice {
			return api.PersonChoice{Name: one.Name, PIN: one.HasPIN()}
		}),
	})
}

func (p *process) sign(w http.ResponseWriter, r *http.Request) {
	var given api.PersonIn
	if !door.ReadJSON(w, r, &given) {
		return
	}
	person, err := p.people.Sign(r.Context(), door.VisitorOf(r.Context()).DeviceID, people.SignIn(given))
	if err != nil {
		p.refuse(w, r, err)
		return
	}
	door.WriteJSON(w, http.StatusOK, api.PersonChoice{Name: person.Name, PIN: person.HasPIN()})
}

func (p *process) signOut(w http.ResponseWriter, r *http.Request) {
	if err := p.people.SignOut(r.Context(), door.VisitorOf(r.Context()).DeviceID); err != nil {
		p.refuse(w, r, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// refuse answers with what is wrong with a device or a person.
func (p *process) refuse(w http.ResponseWriter, r *http.Request, err error) {
	for _, known := range []struct {
		err    error
		status int
		code   door.Code
	}{
		{people.ErrUnpaired, http.StatusUnauthorized, door.CodeUnpaired},
		{people.ErrWrongCode, http.StatusForbidden, door.CodeWrongCode},
		{people.ErrTooFast, http.StatusTooManyRequests, door.CodeTooFast},
		{people.ErrFull, http.StatusConflict, door.CodeFull},
		{people.ErrNoPerson, http.StatusForbidden, door.CodeUnknownPerson},
		{people.ErrNeedsPIN, http.StatusForbidden, door.CodeNeedsPIN},
		{people.ErrWrongPIN, http.StatusForbidden, door.CodeWrongPIN},
	} {
		if errors.Is(err, known.err) {
			door.Refuse(w, r, known.status, known.code)
			return
		}
	}
	if locked := new(people.LockedError); errors.As(err, &locked) {
		w.Header().Set("Retry-After", "60")
		door.Refuse(w, r, http.StatusTooManyRequests, door.CodeLocked)
		return
	}
	p.log.Warn("people and devices cannot be read or written", "error", err)
	door.Refuse(w, r, http.StatusServiceUnavailable, door.CodeStore)
}

package workflows

import (
	"fmt"
	"time"

	"github.com/despacho/despacho/activities"
)

// credentialsDetails is what people read of a merchant's account in Temporal's UI.
func credentialsDetails(standing activities.TokenStanding) string {
	switch {
	case standing.Gone:
		return "**disconnected**"
	case standing.State == activities.AccountNeedsConsent:
		return consentDetails(standing)
	}
	return bounded(fmt.Sprintf("**%s** · token %d lives until %s (the hub's time) and is renewed an hour before",
		standing.State, standing.Generation, hubTime(standing.ExpiresAt)))
}

func consentDetails(standing activities.TokenStanding) string {
	until := "Open runs wait, and go on by themselves afterwards."
	if standing.Life > 0 {
		until = fmt.Sprintf("The token still serves until %s (the hub's time); then open runs wait, and go on by themselves afterwards.", hubTime(standing.ExpiresAt))
	}
	return bounded(fmt.Sprintf("**%s**: %s.\n\nWhat to do, without a second connection:\n\n"+
		"1. The merchant opens *Aplicaciones*, *Listado de aplicaciones*, the pencil of this application, *Generar código de autorización*.\n"+
		"2. The operator runs `starter connect --code ac-…` with the code; it is good for a day, once.\n\n"+
		"A consent page would make a second connection beside this one. %s", standing.State, cell(standing.Reason), until))
}

func troubleDetails(words string) string {
	return bounded(fmt.Sprintf("Nobody could look after the token: %s. Tried again within %s.", cell(words), keepPause))
}

func hubTime(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") }

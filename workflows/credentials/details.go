package credentials

import (
	"fmt"
	"time"

	credentialsteps "github.com/despacho/despacho/activities/credentials"
	"github.com/despacho/despacho/workflows"
)

// credentialsDetails is the Markdown text about a merchant's account in Temporal's UI.
func credentialsDetails(standing credentialsteps.TokenStanding) string {
	switch {
	case standing.Gone:
		return "**disconnected**"
	case standing.State == credentialsteps.AccountNeedsConsent:
		return consentDetails(standing)
	}
	return workflows.BoundedDetails(fmt.Sprintf("**%s** · token %d is valid until %s (hub time) and is renewed an hour before that",
		standing.State, standing.Generation, hubTime(standing.ExpiresAt)))
}

func consentDetails(standing credentialsteps.TokenStanding) string {
	until := "Open runs are waiting; they go on by themselves afterwards."
	if standing.Life > 0 {
		until = fmt.Sprintf("The token still works until %s (hub time). Then open runs wait, and go on by themselves afterwards.", hubTime(standing.ExpiresAt))
	}
	return workflows.BoundedDetails(fmt.Sprintf("**%s**: %s.\n\nWhat to do:\n\n"+
		"1. The merchant opens *Aplicaciones*, *Listado de aplicaciones*, the pencil of this application, *Generar código de autorización*.\n"+
		"2. The operator runs `starter connect --code ac-…` with the code. It works once, and expires after a day.\n\n"+
		"Do not use the consent page: it would create a second connection. %s", standing.State, workflows.MarkdownCell(standing.Reason), until))
}

func troubleDetails(words string) string {
	return workflows.BoundedDetails(fmt.Sprintf("The token could not be checked: %s. despacho tries again within %s.", workflows.MarkdownCell(words), keepPause))
}

func hubTime(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") }

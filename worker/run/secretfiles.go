package run

import (
	"errors"

	"github.com/despacho/despacho/service/secretfile"
)

// withSecrets are the settings with the secrets whose files they name, instead of the names. The error
// says all that is wrong with the files, whose names stay. A token and the accounts' keys are left in
// their files: others read these.
func (s Settings) withSecrets() (Settings, error) {
	var wrong []error
	for _, secret := range []struct {
		variable string
		value    *Secret
		file     *string
	}{
		{secretfile.ClientSecret, &s.ClientSecret, &s.ClientSecretFile},
		{secretfile.OutSecret, &s.WebhookOutSecret, &s.WebhookOutSecretFile},
	} {
		text, err := secretfile.Choose(secret.variable, secret.value.Reveal(), *secret.file)
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		*secret.value, *secret.file = Secret(text), ""
	}
	return s, errors.Join(wrong...)
}

package accounts

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"

	"github.com/despacho/despacho/multivende"
)

// Keys encrypt what an account keeps secret: Tink's AEAD key set. The newest key encrypts, all of
// them decrypt. It never prints a key.
type Keys struct {
	handle *keyset.Handle
	cipher tink.AEAD
}

// NewKeys makes a key set with one key (AES-256 in GCM).
func NewKeys() (*Keys, error) {
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	return keysOf(handle)
}

// ParseKeys reads a key set as [Keys.JSON] writes it. Its errors never quote the key set.
func ParseKeys(json multivende.Secret) (*Keys, error) {
	reader := keyset.NewJSONReader(bytes.NewReader([]byte(json.Reveal())))
	handle, err := insecurecleartextkeyset.Read(reader)
	if err != nil {
		return nil, errors.New("this is no key set: make one with starter accounts-key new")
	}
	return keysOf(handle)
}

// LoadKeys reads the key set of a file, or the one that is given itself. Both is a mistake; with
// neither there are no keys, nil.
func LoadKeys(file string, given multivende.Secret) (*Keys, error) {
	switch {
	case file != "" && given != "":
		return nil, errors.New("the key set is given twice, as a file and itself: keep only one")
	case file == "" && given == "":
		return nil, nil
	case file == "":
		return ParseKeys(given)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("the key set's file cannot be read: %w", err)
	}
	keys, err := ParseKeys(multivende.Secret(content))
	if err != nil {
		return nil, fmt.Errorf("file %s: %w", file, err)
	}
	return keys, nil
}

func keysOf(handle *keyset.Handle) (*Keys, error) {
	cipher, err := aead.New(handle)
	if err != nil {
		return nil, errors.New("the key set is not for authenticated encryption: make one with starter accounts-key new")
	}
	return &Keys{handle: handle, cipher: cipher}, nil
}

// Rotated is the key set with one more key, which encrypts from now on. Everybody must have it
// before anybody writes with it.
func (k *Keys) Rotated() (*Keys, error) {
	manager := keyset.NewManagerFromHandle(k.handle)
	id, err := manager.Add(aead.AES256GCMKeyTemplate())
	if err == nil {
		err = manager.SetPrimary(id)
	}
	if err != nil {
		return nil, fmt.Errorf("add a key: %w", err)
	}
	handle, err := manager.Handle()
	if err != nil {
		return nil, fmt.Errorf("add a key: %w", err)
	}
	return keysOf(handle)
}

// Number is how many keys there are.
func (k *Keys) Number() int { return k.handle.Len() }

// JSON is the key set in clear, to be kept where secrets are kept.
func (k *Keys) JSON() (multivende.Secret, error) {
	var out bytes.Buffer
	if err := insecurecleartextkeyset.Write(k.handle, keyset.NewJSONWriter(&out)); err != nil {
		return "", fmt.Errorf("write the key set: %w", err)
	}
	return multivende.Secret(out.String()), nil
}

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
	"github.com/despacho/despacho/service/secretfile"
)

// Keys encrypt an account's secrets: a key set of Tink's AEAD. The newest key encrypts, all of them
// decrypt. Keys never print a key.
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

// ParseKeys reads a key set in the form that [Keys.JSON] writes. Its errors never quote the key
// set.
func ParseKeys(json multivende.Secret) (*Keys, error) {
	reader := keyset.NewJSONReader(bytes.NewReader([]byte(json.Reveal())))
	handle, err := insecurecleartextkeyset.Read(reader)
	if err != nil {
		return nil, errors.New("this is not a key set: make one with starter accounts-key new")
	}
	return keysOf(handle)
}

// LoadKeys reads the key set from a file, or takes the one that is given. Giving both is an error;
// giving neither returns nil.
func LoadKeys(file string, given multivende.Secret) (*Keys, error) {
	switch {
	case file != "" && given != "":
		return nil, errors.New("the key set is given twice, as a file and as text: keep only one of DESPACHO_ACCOUNTS_KEY_FILE and DESPACHO_ACCOUNTS_KEY")
	case file == "" && given == "":
		return nil, nil
	case file == "":
		return ParseKeys(given)
	}
	content, err := secretfile.Read(file)
	if err != nil {
		return nil, fmt.Errorf("the key set: %w", err)
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

// Rotated is the key set with one more key, which encrypts from now on. Every process must have the
// new set before any of them writes with it.
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

// JSON is the key set in clear text; keep it where secrets are kept.
func (k *Keys) JSON() (multivende.Secret, error) {
	var out bytes.Buffer
	if err := insecurecleartextkeyset.Write(k.handle, keyset.NewJSONWriter(&out)); err != nil {
		return "", fmt.Errorf("write the key set: %w", err)
	}
	return multivende.Secret(out.String()), nil
}

// CreateKeyFile writes a key set to a new file that only its owner can read. The error is
// os.ErrExist if the file exists; it is then left as it is.
func CreateKeyFile(path string, keys *Keys) error {
	written, err := keys.JSON()
	if err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.WriteString(written.Reveal() + "\n")
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		_ = os.Remove(path) // a partly written file would block the next attempt
	}
	return err
}

// Cipher encrypts with the newest key and decrypts with all of them.
func (k *Keys) Cipher() tink.AEAD { return k.cipher }

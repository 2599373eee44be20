package hooks

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/tink-crypto/tink-go/v2/hybrid"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"

	"github.com/despacho/despacho/storage"
)

const (
	secretMark  = "whsec_"
	secretBytes = 32
)

var (
	// ErrNoSealing is the answer where no worker has keys for what is secret.
	ErrNoSealing = errors.New("there is no key for webhooks' secrets: set DESPACHO_ACCOUNTS_KEY_FILE on the workers; make a key file with starter accounts-key new")
	// ErrSealed is the answer when a secret cannot be opened.
	ErrSealed = errors.New("a webhook's secret cannot be opened: the key set that it was sealed for is missing, or the stored object was changed; check DESPACHO_ACCOUNTS_KEY_FILE, or rotate the secret")
)

// Signer is a webhook's secret. It prints as nothing.
type Signer struct{ key []byte }

// newSigner makes a secret.
func newSigner() Signer {
	key := make([]byte, secretBytes)
	_, _ = rand.Read(key) // never fails
	return Signer{key}
}

// Reveal is the whole secret, to be shown once.
func (s Signer) Reveal() string { return secretMark + base64.StdEncoding.EncodeToString(s.key) }

// String hides the secret.
func (s Signer) String() string { return secretMark + "…" }

// GoString hides the secret.
func (s Signer) GoString() string { return s.String() }

// sign is the signature of a message, as Standard Webhooks has it.
func (s Signer) sign(id string, at time.Time, body []byte) string {
	sum := hmac.New(sha256.New, s.key)
	sum.Write([]byte(id + "." + strconv.FormatInt(at.Unix(), 10) + "."))
	sum.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(sum.Sum(nil))
}

// Headers are those of a message that is sent at a time, with a signature of each secret.
func Headers(signers []Signer, id string, at time.Time, body []byte) map[string]string {
	var signatures []string
	for _, signer := range signers {
		signatures = append(signatures, signer.sign(id, at, body))
	}
	return map[string]string{
		"webhook-id": id, "webhook-timestamp": strconv.FormatInt(at.Unix(), 10), "webhook-signature": strings.Join(signatures, " "),
	}
}

// sealing is a pair of keys in the store: everybody seals with the one, and the other can be opened with the accounts'
// key set alone.
type sealing struct {
	Public  json.RawMessage `json:"public"`
	Private json.RawMessage `json:"private"`
}

const sealingPurpose = "despacho webhooks"

// EnsureSealing sees to it that secrets can be sealed; keys is the cipher of the accounts' key set.
func EnsureSealing(ctx context.Context, store *storage.Store, keys tink.AEAD) error {
	there, err := store.Exists(ctx, storage.SealingKey())
	if there || err != nil {
		return err
	}
	made, err := newSealing(keys)
	if err != nil {
		return fmt.Errorf("make the key for webhooks' secrets: %w", err)
	}
	_, err = store.PutOnce(ctx, storage.SealingKey(), &made)
	return err
}

func newSealing(keys tink.AEAD) (sealing, error) {
	handle, err := keyset.NewHandle(hybrid.DHKEM_X25519_HKDF_SHA256_HKDF_SHA256_AES_256_GCM_Key_Template())
	if err != nil {
		return sealing{}, err
	}
	public, err := handle.Public()
	if err != nil {
		return sealing{}, err
	}
	var open, sealed bytes.Buffer
	if err := public.WriteWithNoSecrets(keyset.NewJSONWriter(&open)); err != nil {
		return sealing{}, err
	}
	if err := handle.WriteWithAssociatedData(keyset.NewJSONWriter(&sealed), keys, []byte(sealingPurpose)); err != nil {
		return sealing{}, err
	}
	return sealing{Public: open.Bytes(), Private: sealed.Bytes()}, nil
}

// secretPlace binds a sealed secret to its webhook.
func secretPlace(merchant, webhook string) []byte {
	return []byte("despacho webhook " + merchant + " " + webhook)
}

func readSealing(ctx context.Context, store *storage.Store) (sealing, error) {
	var there sealing
	err := store.Get(ctx, storage.SealingKey(), &there)
	if errors.Is(err, storage.ErrNotFound) {
		return there, ErrNoSealing
	}
	return there, err
}

// seal seals a new secret.
func seal(ctx context.Context, store *storage.Store, merchant, webhook string, signer Signer) ([]byte, error) {
	there, err := readSealing(ctx, store)
	if err != nil {
		return nil, err
	}
	handle, err := keyset.ReadWithNoSecrets(keyset.NewJSONReader(bytes.NewReader(there.Public)))
	if err != nil {
		return nil, fmt.Errorf("the key for webhooks' secrets cannot be read: %w", err)
	}
	sealer, err := hybrid.NewHybridEncrypt(handle)
	if err != nil {
		return nil, fmt.Errorf("the key for webhooks' secrets cannot be used: %w", err)
	}
	return sealer.Encrypt(signer.key, secretPlace(merchant, webhook))
}

// OpenSigners opens the secrets that sign for a webhook at a time; keys is the cipher of the accounts' key set.
func OpenSigners(ctx context.Context, store *storage.Store, keys tink.AEAD, merchant string, w Webhook, now time.Time) ([]Signer, error) {
	if keys == nil {
		return nil, ErrNoSealing
	}
	there, err := readSealing(ctx, store)
	if err != nil {
		return nil, err
	}
	handle, err := keyset.ReadWithAssociatedData(keyset.NewJSONReader(bytes.NewReader(there.Private)), keys, []byte(sealingPurpose))
	if err != nil {
		return nil, ErrSealed
	}
	opener, err := hybrid.NewHybridDecrypt(handle)
	if err != nil {
		return nil, ErrSealed
	}
	var signers []Signer
	for _, secret := range w.signing(now) {
		key, err := opener.Decrypt(secret.Sealed, secretPlace(merchant, w.ID))
		if err != nil {
			return nil, ErrSealed
		}
		signers = append(signers, Signer{key})
	}
	return signers, nil
}

// Package accounts keeps what despacho may do for each merchant: the hub's tokens, encrypted, and
// the settings that the merchant and the operator chose. Its objects are stored under
// accounts/<merchant>/ and never expire.
//
// Begin with [Vault], which reads and writes accounts. A [Renewer] is the only one that renews a
// merchant's tokens, and a [Source] gives them to the hub's client.
//
// It promises that no error, and nothing that prints an account or a key set, shows a token or a
// key.
package accounts

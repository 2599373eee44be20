// Package accounts keeps what despacho may do for each merchant: the tokens of the hub,
// encrypted, and what the merchant and the operator settled. Its objects stand under
// accounts/<merchant>/ and never expire.
//
// A [Vault] reads and writes accounts. A [Renewer] is the only one that renews a merchant's
// tokens, and a [Source] hands them to the hub's client.
package accounts

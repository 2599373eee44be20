// Package partners keeps the keys with which partners come to the gateway's HTTP interface: who holds one, for which
// merchants, what for, until when. A key is dsp_<id>_<secret>; its secret has 256 random bits and is shown once.
//
// Begin with [Book], which adds, lists, revokes and rotates keys in the label store. A [Directory] answers who comes
// with a key, and remembers it for some seconds.
//
// It promises that the store holds only SHA-256 digests of keys, and that no error and no log line shows a key.
package partners

// Package door is the HTTP interface for partners, /v1: it checks who comes and what is asked for, hands it to the
// workflows through package client, and answers when the answer is durable.
//
// Begin with [New], which serves the routes of a table; each file of routes says what one of them takes and gives.
// OpenAPI is made of the same table ([Document]); openapi.json beside this file is what partners have in hand.
//
// It promises that a key reaches its merchants only and learns nothing of others; that each refusal is a problem
// (RFC 9457) with a sentence that helps; that the same Idempotency-Key is done once, over the end of any gateway;
// and that no key and nothing of a buyer is logged.
package door

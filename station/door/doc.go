// Package door stands before everything that the station serves: a table of routes, each with what it
// needs, and nothing else is answered. It knows who comes (a paired device, a person), refuses requests
// that another site's page made, and writes the headers that keep a browser in its bounds.
//
// Begin with [New]. A handler behind it finds its visitor with [VisitorOf] and answers a mistake with
// [Refuse].
//
// It promises that no handler runs before the route's needs are met, that a body is bounded, and that no
// path, query or body is logged: a request is known by its route's pattern.
package door

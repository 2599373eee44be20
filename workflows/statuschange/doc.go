// Package statuschange brings shipment statuses to the channels and proves that they arrived. Begin
// with [StatusChange].
package statuschange

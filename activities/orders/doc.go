// Package orders holds the steps that find the orders waiting for a label, read their sales, and check
// each at the gate before anything is sent or asked for. Begin with [Orders.FindOrders].
package orders

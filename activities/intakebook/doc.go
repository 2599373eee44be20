// Package intakebook reads and writes what the intake keeps in the label store: a record per order,
// and the names of sales and parcels. Begin with [ReadIntakeRecord]. Everybody may read; only the
// intake may write records.
package intakebook

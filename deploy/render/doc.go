// Package render looks at ZPL as a printer would: make render prints labels to pictures (Node and
// the npm package zpl-renderer-js) and reads their barcodes back.
package render

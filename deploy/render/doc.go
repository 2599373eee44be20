// Package render tests what ZPL prints: make render turns labels into pictures (with Node and the npm
// package zpl-renderer-js) and reads their barcodes back.
package render

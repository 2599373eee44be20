// Package tables reads tables that people and programs make: CSV in its many dialects, XLSX and JSON.
//
// Begin with [Read].
//
// What the package promises:
//
//   - The bytes of a file decide its format, never its name.
//   - Only the columns that are asked for are read, under any of their names.
//   - A value that a spreadsheet has ruined is refused; nothing is guessed.
//   - All mistakes of a file are reported together, each with its place.
//   - Files are hostile: their size and the number of rows, columns and cells are bounded.
package tables

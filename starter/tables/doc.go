// Package tables reads the tables that people and programs make: CSV in its many dialects, XLSX and JSON.
// Begin with Read. It tells what a file is by its bytes, never by its name; it reads only the columns that
// are asked for, under any of their names; and it refuses what a spreadsheet has ruined instead of guessing
// what stood there. All mistakes of a file are told together, each with its place. What it reads is hostile:
// sizes, rows, columns and cells are bounded.
package tables

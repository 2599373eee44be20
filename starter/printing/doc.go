// Package printing holds the flags that more than one program takes.
package printing

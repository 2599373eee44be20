// Package drawing holds the step that draws a stored label as a picture. Begin with [Drawing.DrawLabel]. The picture of a
// page is made once, and stands in the store beside the labels.
package drawing

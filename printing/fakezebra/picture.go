package fakezebra

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"slices"
	"strconv"
)

const (
	usualWidth, usualLength = 812, 1218
	mostDots                = 5000
)

// onlyRendered are the commands that only a renderer can draw.
var onlyRendered = []string{"^FD", "^FV", "^GC", "^GD", "^GE", "^GS", "^IM", "^IL", "^XF", "^SN", "^SF"}

// IsGraphic reports whether [Label.Picture] can draw the label: it is made of graphics and boxes alone.
func (l Label) IsGraphic() bool {
	for c := range commands(l.Data) {
		if slices.Contains(onlyRendered, c.name) {
			return false
		}
	}
	return true
}

// Picture draws a label that is made of graphics and boxes (^GF, ^XG, ^GB), black on white, a pixel for each dot.
func (l Label) Picture() *image.Gray {
	width, length := l.Size()
	c := canvas{stored: map[string]graphic{}, paper: image.NewGray(image.Rect(0, 0, width, length))}
	draw.Draw(c.paper, c.paper.Bounds(), image.White, image.Point{}, draw.Src)
	for stored := range commands(l.Graphics) {
		if stored.name == "~DG" {
			c.store(stored)
		}
	}
	for command := range commands(l.Data) {
		c.draw(command)
	}
	return c.paper
}

// Size is the label's size in dots, by its ^PW and ^LL; of a label of 4 × 6 inches at 203 dpi where it has none.
func (l Label) Size() (width, length int) {
	width, length = usualWidth, usualLength
	for c := range commands(l.Data) {
		switch c.name {
		case "^PW":
			width = c.number(0, width)
		case "^LL":
			length = c.number(0, length)
		}
	}
	return min(max(width, 1), mostDots), min(max(length, 1), mostDots)
}

// canvas is the paper, and where the next thing is drawn.
type canvas struct {
	paper  *image.Gray
	home   image.Point
	at     image.Point
	stored map[string]graphic
}

// graphic is a picture of dots: row bytes for each row.
type graphic struct {
	bits []byte
	row  int
}

// draw obeys a command.
func (c *canvas) draw(command command) {
	switch command.name {
	case "^LH":
		c.home = image.Pt(command.number(0, 0), command.number(1, 0))
	case "^FO":
		c.at = c.home.Add(image.Pt(command.number(0, 0), command.number(1, 0)))
	case "^GF":
		c.put(readGraphic(command.value(0), command.number(2, 0), command.number(3, 0), command.rest(4)))
	case "^XG":
		c.put(c.stored[nameOf(command.value(0))])
	case "^GB":
		c.box(command.number(0, 1), command.number(1, 1), command.number(2, 1))
	}
}

func (c *canvas) store(command command) {
	c.stored[nameOf(command.value(0))] = readGraphic([]byte("A"), command.number(1, 0), command.number(2, 0), command.rest(3))
}

func (c *canvas) put(g graphic) {
	if g.row == 0 {
		return
	}
	for y := 0; y < len(g.bits)/g.row; y++ {
		for x := range 8 * g.row {
			if g.bits[y*g.row+x/8]&(0x80>>(x%8)) != 0 {
				c.paper.SetGray(c.at.X+x, c.at.Y+y, color.Gray{})
			}
		}
	}
}

func (c *canvas) box(width, height, thickness int) {
	thickness = max(thickness, 1)
	width, height = max(width, thickness), max(height, thickness)
	outer := image.Rect(0, 0, width, height).Add(c.at)
	for _, side := range []image.Rectangle{
		image.Rect(0, 0, width, thickness), image.Rect(0, height-thickness, width, height),
		image.Rect(0, 0, thickness, height), image.Rect(width-thickness, 0, width, height),
	} {
		draw.Draw(c.paper, side.Add(c.at).Intersect(outer), image.Black, image.Point{}, draw.Src)
	}
}

// nameOf is the name of a stored picture, without its drive and ending.
func nameOf(value []byte) string {
	if _, after, found := bytes.Cut(value, []byte(":")); found {
		value = after
	}
	name, _, _ := bytes.Cut(value, []byte("."))
	return string(bytes.ToUpper(bytes.TrimSpace(name)))
}

// command is a command of a label with what follows it.
type command struct {
	name   string
	params []byte
}

// commands yields the commands of a label.
func commands(data []byte) func(yield func(command) bool) {
	return func(yield func(command) bool) {
		for at := 0; ; {
			next := bytes.IndexAny(data[at:], "^~")
			if next < 0 || len(data)-at-next < 3 {
				return
			}
			at += next
			size, complete := commandSize(data[at:])
			if !complete {
				size = len(data) - at
			}
			if size < len("^XA") {
				at += size
				continue
			}
			if !yield(command{string(bytes.ToUpper(data[at : at+3])), data[at+3 : at+size]}) {
				return
			}
			at += size
		}
	}
}

// value is a command's value, counted from 0.
func (c command) value(i int) []byte {
	values := bytes.SplitN(c.params, []byte(","), i+2)
	if i >= len(values) {
		return nil
	}
	return values[i]
}

func (c command) number(i, otherwise int) int {
	n, err := strconv.Atoi(string(bytes.TrimSpace(c.value(i))))
	if err != nil {
		return otherwise
	}
	return n
}

// rest is all that follows the first values.
func (c command) rest(values int) []byte {
	parts := bytes.SplitN(c.params, []byte(","), values+1)
	if len(parts) <= values {
		return nil
	}
	return parts[values]
}

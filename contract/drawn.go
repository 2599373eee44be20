package contract

import "fmt"

// DrawLabelType is the workflow that draws a page of a stored PDF label; it takes a DrawLabelInput and answers a DrawnLabel.
const DrawLabelType = "DrawLabel"

// PictureDPI is how many dots of a label's picture are in an inch: those of a printer with 8 dots per millimetre.
const PictureDPI = 203

// DrawLabelID is the workflow id for a page, from 1, of a label with this SHA-256: draw/<merchant>/<sha256>-<page>-<dpi>.
func DrawLabelID(merchant, sha256 string, page int) string {
	return fmt.Sprintf("draw/%s/%s-%d-%d", merchant, sha256, page, PictureDPI)
}

// DrawLabelInput says which page of which label is drawn.
type DrawLabelInput struct {
	Merchant string `json:"merchant"`
	// Key is the object with the label. From and Bytes are its place there, where the object holds others too.
	Key   string `json:"key"`
	From  int64  `json:"from,omitempty"`
	Bytes int64  `json:"bytes,omitempty"`
	// SHA256 is that of the label, in hexadecimal; another file is not drawn.
	SHA256 string `json:"sha256"`
	// Page counts from 1.
	Page int `json:"page"`
}

// DrawnLabel says that the picture is in the store, or why there is none.
type DrawnLabel struct {
	Drawn bool `json:"drawn"`
	Reason
}

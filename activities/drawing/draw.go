package drawing

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/labels"
	"github.com/despacho/despacho/labels/check"
	"github.com/despacho/despacho/labels/pdf"
	"github.com/despacho/despacho/labels/raster"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/wording"
)

// Drawing is what the step works with.
type Drawing struct {
	Store  *storage.Store
	Raster *raster.Engine
}

// DrawLabel puts the picture of a page into the store, unless it is there. Each barcode that can be read on the page can be
// read in the picture; otherwise there is none, and the reason says so.
func (a *Drawing) DrawLabel(ctx context.Context, in contract.DrawLabelInput) (contract.DrawnLabel, error) {
	if !strings.HasPrefix(in.Key, storage.LabelsPrefix(in.Merchant)) || in.SHA256 == "" || in.Page < 1 {
		return contract.DrawnLabel{}, activities.FinalError(contract.ErrorRequest, "this is no label of the merchant, or no page of one")
	}
	key := storage.LabelPicture(in.Merchant, in.SHA256, in.Page, contract.PictureDPI)
	there, err := a.Store.Exists(ctx, key)
	if err != nil || there {
		return contract.DrawnLabel{Drawn: there}, err
	}
	label, err := a.read(ctx, in)
	if err != nil {
		return contract.DrawnLabel{}, err
	}
	picture, why, err := a.draw(ctx, label, in.Page)
	if err != nil || why.Words != "" {
		return contract.DrawnLabel{Reason: why}, err
	}
	_, err = a.Store.PutBytesOnce(ctx, key, "image/png", picture)
	return contract.DrawnLabel{Drawn: err == nil}, err
}

// read reads the label where it stands.
func (a *Drawing) read(ctx context.Context, in contract.DrawLabelInput) (label []byte, err error) {
	label, err = a.Store.ReadPlace(ctx, storage.Place{Key: in.Key, From: in.From, Bytes: in.Bytes}, activities.SingleLimit)
	if errors.Is(err, storage.ErrNotFound) {
		return nil, activities.FinalError(contract.ErrorNotFound, "the label is no longer in the store")
	}
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(label); hex.EncodeToString(sum[:]) != in.SHA256 {
		return nil, activities.FinalError(contract.ErrorStore, "the label "+in.Key+" is not the one that its record says")
	}
	return label, nil
}

// draw draws a page as it is in the file, on no other paper. why says what is wrong with it.
func (a *Drawing) draw(ctx context.Context, data []byte, page int) (picture []byte, why contract.Reason, err error) {
	opened, err := check.Read(labels.PDF, data)
	if err != nil {
		return nil, notDrawable(err), nil
	}
	if page > opened.Document.Pages {
		return nil, why, activities.FinalError(contract.ErrorRequest, fmt.Sprintf("the label has %d pages", opened.Document.Pages))
	}
	part, err := opened.Document.Part(page - 1)
	if err != nil {
		return nil, notDrawable(err), nil
	}
	pages, _, err := a.Raster.Label(ctx, part, pdf.Layout{}, contract.PictureDPI)
	var unreadable *raster.UnreadableError
	var ofFile *raster.FileError
	switch {
	case errors.As(err, &unreadable):
		return nil, wording.Reason(contract.WhyBarcodeUnreadable, "barcode", unreadable.Kind, "dpi", fmt.Sprint(unreadable.DPI)), nil
	case errors.As(err, &ofFile):
		return nil, notDrawable(err), nil
	case err != nil:
		return nil, why, err
	}
	picture, err = pages[0].Dots.PNG(contract.PictureDPI)
	return picture, why, err
}

func notDrawable(err error) contract.Reason {
	return wording.Reason(contract.WhyLabelNotPrintable, "detail", contract.CleanReason(err.Error()))
}

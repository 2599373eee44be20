package sandbox

import (
	"encoding/json"
	"fmt"
)

type addressView struct {
	ID           string         `json:"_id"`
	Address      string         `json:"address_1"`
	ZipCode      string         `json:"zipCode"`
	City         string         `json:"city"`
	State        string         `json:"state"`
	Country      string         `json:"country"`
	Street       string         `json:"street"`
	Number       string         `json:"number"`
	Neighborhood string         `json:"neighborhood"`
	Receivers    map[string]any `json:"ShippingAddressReceivers"`
}

// orderInCheckoutView joins a delivery order and a checkout; in a checkout it
// holds the order, in an order the checkout.
type orderInCheckoutView struct {
	ID              string             `json:"_id"`
	Status          string             `json:"status"`
	InventoryStatus string             `json:"inventoryStatus"`
	DeliveryOrderID string             `json:"DeliveryOrderId"`
	CheckoutID      string             `json:"CheckoutId"`
	MerchantID      string             `json:"MerchantId,omitempty"`
	Checkout        *checkoutStub      `json:"Checkout,omitempty"`
	DeliveryOrder   *deliveryOrderView `json:"DeliveryOrder,omitempty"`
	Items           []map[string]any   `json:"DeliveryOrderInCheckoutItems,omitempty"`
}

type checkoutStub struct {
	ID    string              `json:"_id"`
	Code  string              `json:"code"`
	Links []map[string]string `json:"CheckoutLinks"`
}

type lightView struct {
	ID                 string  `json:"_id"`
	Status             string  `json:"status"`
	VerificationStatus *string `json:"verificationStatus,omitempty"`
	VerifyStatus       *string `json:"verifyStatus,omitempty"`
	PaymentStatus      *string `json:"paymentStatus,omitempty"`
	SoldAt             *string `json:"soldAt"`
	CreatedAt          *string `json:"createdAt"`
	UpdatedAt          *string `json:"updatedAt"`
	BillingAddressID   *string `json:"BillingAddressId"`
	DeliveryTypeID     string  `json:"DeliveryTypeId"`
	MerchantID         string  `json:"MerchantId"`
}

type checkoutView struct {
	lightView
	Code            string                `json:"code"`
	Origin          string                `json:"origin"`
	DeliveryStatus  string                `json:"deliveryStatus"`
	Net             int                   `json:"net"`
	Gross           int                   `json:"gross"`
	TotalPayment    int                   `json:"totalPayment"`
	Comment         *string               `json:"comment"`
	Tags            *string               `json:"tags"`
	IsMultiwarehous bool                  `json:"isMultiwarehouse"`
	CourierName     *string               `json:"courierName"`
	ShippingMode    *string               `json:"shippingMode"`
	Client          map[string]any        `json:"Client"`
	Items           []checkoutItemView    `json:"CheckoutItems"`
	Link            *checkoutLinkView     `json:"CheckoutLink,omitempty"`
	Links           []checkoutLinkView    `json:"CheckoutLinks,omitempty"`
	Deliveries      []orderInCheckoutView `json:"DeliveryOrderInCheckouts"`
	PickUps         []map[string]any      `json:"PickUpOrders"`
	TaxDocuments    []map[string]any      `json:"ElectronicBillingDocumentFiles,omitempty"`
}

type checkoutItemView struct {
	ID               string         `json:"_id"`
	Code             *string        `json:"code"`
	Count            int            `json:"count"`
	Gross            int            `json:"gross"`
	Total            int            `json:"total"`
	ProductVersionID string         `json:"ProductVersionId"`
	ProductVersion   map[string]any `json:"ProductVersion"`
}

type checkoutLinkView struct {
	CheckoutID             string         `json:"CheckoutId"`
	ExternalID             string         `json:"externalId"`
	ExternalOrderNumber    string         `json:"externalOrderNumber"`
	ExternalContent        any            `json:"externalContent"`
	SynchronizationStatus  string         `json:"synchronizationStatus"`
	MarketplaceConnID      *string        `json:"MarketplaceConnectionId"`
	MarketplaceConnection  map[string]any `json:"MarketplaceConnection"`
	ExternalCustomerNumber *string        `json:"externalCustomerOrderNumber"`
}

func (p person) view() map[string]any {
	return map[string]any{
		"name": p.name, "lastName": p.lastName, "fullName": p.name + " " + p.lastName, "email": p.email,
		"phoneNumber": p.phone, "taxId": p.document,
	}
}

func (p person) address() *addressView {
	return &addressView{
		Address: fmt.Sprintf("%s %s, %s", p.street, p.number, p.commune), ZipCode: p.zip, City: p.city, State: p.area, Country: "CL",
		Street: p.street, Number: p.number, Neighborhood: p.commune, Receivers: p.view(),
	}
}

// inString is the content as JSON in a string.
func inString(content map[string]any) string {
	text, _ := json.Marshal(content) // texts and numbers only
	return string(text)
}

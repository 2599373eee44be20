// Package announce sends events to a merchant's webhook. Begin with [StartAnnounce]: it returns at once, and
// the webhook may be down for up to a day without holding anybody up.
package announce

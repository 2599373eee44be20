// Package announce holds the steps that send signed events to a merchant's webhook. Begin with
// [Announcements.Announce].
package announce

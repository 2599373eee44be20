// Package browser tests the packers' page in Chromium: make browser drives it with Node and the npm package
// playwright-core.
package browser

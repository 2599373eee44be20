package raw

import "time"

// Hurry lets a device wait less for answers that do not come.
func (d *Device) Hurry() { d.patience = 200 * time.Millisecond }

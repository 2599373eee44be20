package announce

import (
	announcesteps "github.com/despacho/despacho/activities/announce"
)

var announceSteps *announcesteps.Announcements

// Names of channels.

import { state } from "./state.js";

// channelName is what people call the channel of a slug.
export const channelName = (slug) => state.today?.channels?.[slug] ?? slug;

// The line at the foot of the page: what was done, or why not. It stays until the next.

import { changed } from "./state.js";
import { sound } from "./sounds.js";

export const said = { words: "", tone: "" };

// say shows words; tone is "good", "bad" or "", and is heard.
export function say(words, tone = "") {
  sayQuietly(words, tone);
  if (tone) sound(tone === "good" ? "good" : "wrong");
}

// sayQuietly shows words whose sound is somebody else's.
export function sayQuietly(words, tone = "") {
  said.words = words;
  said.tone = tone;
  changed();
}

// trying does something with the station; a failure is said and gives undefined.
export async function trying(what) {
  try {
    return await what();
  } catch (failure) {
    if (failure.words === undefined) throw failure;
    say(failure.words, "bad");
    return undefined;
  }
}

// Words for codes that the station sends.

import { has, t } from "./words.js";

// wordsFor gives the words of a code, or the code itself when a newer station sends one that is unknown here.
export const wordsFor = (prefix, code) => (has(`${prefix}.${code}`) ? t(`${prefix}.${code}`) : code);

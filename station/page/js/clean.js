// What scanners add to a code and no code means: control characters, marks of the symbology, blanks around it.

const longest = 200;

// clean gives the code without them: "]C1" at the start says what kind of barcode it was.
export function clean(text) {
  return text
    .replace(/[\p{Cc}\p{Cf}]/gu, "")
    .replace(/^\][A-Za-z]\d/, "")
    .trim()
    .slice(0, longest);
}

// Ids that no other table gives. crypto.randomUUID is missing on http://192.168…, getRandomValues is not.

export function newID() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

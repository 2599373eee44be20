// Addresses within the page: #/tanda/<merchant>/<run> is the view "tanda" with two parts.

export function route() {
  const [name, ...parts] = location.hash.replace(/^#\/?/, "").split("/");
  return { name: name || "hoy", parts: parts.map(decodeURIComponent) };
}

export const addressOf = (name, ...parts) => "#/" + [name, ...parts.map(encodeURIComponent)].join("/");

export function goTo(name, ...parts) {
  location.hash = addressOf(name, ...parts);
}

export const onRoute = (then) => addEventListener("hashchange", then);

// Views say what there is to see; paint makes the document so and leaves alone what has not changed:
// focus, selection and scrolling stay.

// h is an element: "tag.class", attributes (key, on booleans, strings), children.
export function h(tag, attributes, ...children) {
  const [name, ...classes] = tag.split(".");
  const all = { ...attributes };
  if (classes.length) all.class = [...classes, all.class].filter(Boolean).join(" ");
  return { name, attributes: all, children: flat(children) };
}

function flat(children) {
  return children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false && child !== "");
}

const SVG = "http://www.w3.org/2000/svg";
const painted = new WeakMap(); // element → its attributes as they were last painted
const asProperty = new Set(["value", "checked", "disabled", "hidden"]);

// paint makes an element's children those that are given.
export function paint(parent, children) {
  const keyed = new Map();
  for (const node of parent.childNodes) {
    const key = painted.get(node)?.key;
    if (key !== undefined) keyed.set(key, node);
  }
  let at = parent.firstChild;
  for (const child of flat([children])) {
    const found = reusable(child, at, keyed);
    const node = found ?? make(child, parent);
    if (node !== at) parent.insertBefore(node, at);
    else at = at.nextSibling;
    if (typeof child === "object") dress(node, child);
    else if (node.data !== String(child)) node.data = String(child);
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

function reusable(child, at, keyed) {
  if (typeof child !== "object") return at?.nodeType === Node.TEXT_NODE ? at : undefined;
  const key = child.attributes.key;
  const node = key === undefined ? at : keyed.get(key);
  if (node?.nodeType !== Node.ELEMENT_NODE || node.localName !== child.name) return undefined;
  return painted.get(node)?.key === key ? node : undefined;
}

function make(child, parent) {
  if (typeof child !== "object") return document.createTextNode(String(child));
  const isDrawing = child.name === "svg" || parent.namespaceURI === SVG;
  return isDrawing ? document.createElementNS(SVG, child.name) : document.createElement(child.name);
}

function dress(node, child) {
  const before = painted.get(node) ?? {};
  const now = child.attributes;
  for (const name of Object.keys(before)) if (!(name in now)) setAttribute(node, name, undefined);
  for (const [name, value] of Object.entries(now)) if (before[name] !== value) setAttribute(node, name, value);
  painted.set(node, now);
  if (!now.opaque) paint(node, child.children);
}

function setAttribute(node, name, value) {
  if (name === "key" || name === "opaque") return;
  if (name === "style") for (const [property, to] of Object.entries(value ?? {})) node.style.setProperty(property, to);
  else if (asProperty.has(name) && node.namespaceURI !== SVG) node[name] = value ?? "";
  else if (value === undefined || value === false || value === null) node.removeAttribute(name);
  else node.setAttribute(name, value === true ? "" : value);
}

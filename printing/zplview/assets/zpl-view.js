// Pictures of ZPL labels, drawn in this browser. The renderer (3 MB) is loaded with the first label.
let worker;
let last = 0;
const waiting = new Map();

function start() {
  worker = new Worker(new URL("./zpl-worker.js", import.meta.url), { type: "module" });
  worker.addEventListener("message", ({ data: { id, pictures, error } }) => {
    const { resolve, reject } = waiting.get(id) ?? {};
    waiting.delete(id);
    if (error) reject?.(new Error(error));
    else resolve?.(pictures);
  });
  worker.addEventListener("error", () => {
    for (const { reject } of waiting.values()) reject(new Error("the renderer could not be loaded"));
    waiting.clear();
    worker = undefined;
  });
}

/**
 * Draws ZPL: width and height are the label's in millimetres, dpmm is 8 or 12 dots in a millimetre.
 * Answers the data URLs of the pictures, one for each label.
 */
export function draw(zpl, { width = 101.6, height = 152.4, dpmm = 8 } = {}) {
  if (!worker) start();
  const id = ++last;
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    worker.postMessage({ id, zpl, width, height, dpmm });
  });
}

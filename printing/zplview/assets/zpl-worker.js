// Draws ZPL apart from the page: takes {id, zpl, width, height, dpmm} (millimetres, dots in a millimetre) and
// answers {id, pictures} (data URLs, one for each label) or {id, error}.
import { ready } from "./zpl-renderer.js";

self.addEventListener("message", async ({ data: { id, zpl, width, height, dpmm } }) => {
  try {
    const { api } = await ready;
    const pictures = await api.zplToBase64MultipleAsync(zpl, width, height, dpmm);
    self.postMessage({ id, pictures: pictures.map((picture) => `data:image/png;base64,${picture}`) });
  } catch (error) {
    self.postMessage({ id, error: String(error?.message ?? error) });
  }
});

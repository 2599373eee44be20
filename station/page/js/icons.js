// Pictures beside words, never instead of them.

import { h } from "./paint.js";

const shapes = {
  ready: "M4 12l5 5L20 6",
  warning: "M12 3l10 18H2zM12 10v5M12 18v.5",
  stopped: "M6 6l12 12M18 6L6 18",
  paused: "M8 5v14M16 5v14",
  doubt: "M8 9a4 4 0 1 1 5 4c-1 .5-1 1-1 2.500M12 19v.5",
  waiting: "M12 6v6l4 2M12 2a10 10 0 1 0 .01 0z",
  alarm: "M12 2l10 19H2zM12 9v6M12 18v.5",
  sound: "M4 9h4l5-5v16l-5-5H4zM16 9a4 4 0 0 1 0 6",
  mute: "M4 9h4l5-5v16l-5-5H4zM16 9l5 6M21 9l-5 6",
};

export function icon(name) {
  return h("svg.icon", { viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" }, h("path", { d: shapes[name] }));
}

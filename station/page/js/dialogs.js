// One dialog at a time lies over the view; what was asked for meanwhile waits behind it.

import { changed } from "./state.js";

const stack = [];
const afterwards = 500; // milliseconds after a dialog in which a second Enter is still meant for it

let closedAt = -Infinity;

// isAfterwards says that a dialog was closed a moment ago.
export const isAfterwards = () => performance.now() - closedAt < afterwards;

// openDialog shows a dialog: {title, paint, actions, keys, strict, tone}. Escape does not close a strict one.
export function openDialog(dialog) {
  if (dialog.name && stack.some((open) => open.name === dialog.name)) return;
  stack.push(dialog);
  changed();
}

export function closeDialog(dialog = topDialog()) {
  const at = stack.indexOf(dialog);
  if (at < 0) return;
  stack.splice(at, 1);
  closedAt = performance.now();
  dialog.closed?.();
  changed();
}

export const topDialog = () => stack.at(-1);

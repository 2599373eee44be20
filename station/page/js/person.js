// Who works at this table. Every print, find and hand-over carries a name.

import { state } from "./state.js";
import { openDialog } from "./dialogs.js";
import { personDialog } from "./persondialog.js";

// withPerson does something once there is a person, who is asked for when there is none.
export function withPerson(what) {
  if (state.person) return what();
  return new Promise((done) => {
    openDialog(personDialog(() => done(what()), () => done(undefined)));
  });
}

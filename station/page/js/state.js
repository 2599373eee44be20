// What the page knows; whoever changes it calls changed, and the view is painted once before the next picture.

export const state = {
  today: undefined, // the newest snapshot, api.Today
  online: true, // the station answers
  person: "", // who works at this table
  waiting: 0, // scans that the station has not answered
};

const onSnapshots = [];

// onSnapshot is called after each new snapshot.
export const onSnapshot = (then) => onSnapshots.push(then);

export function setToday(today) {
  state.today = today;
  state.person = today.person ?? "";
  for (const then of onSnapshots) then();
  changed();
}

let listener = () => {};
let planned = false;

export function onChange(then) {
  listener = then;
}

export function changed() {
  if (planned) return;
  planned = true;
  const paintNow = () => {
    planned = false;
    listener();
  };
  // A window in the background gets no pictures; it is painted all the same.
  if (document.hidden) setTimeout(paintNow, 100);
  else requestAnimationFrame(paintNow);
}

// The orders of a run with their labels, a page at a time, as they are looked at; a run of 10,000 costs no
// more than what is seen.

import { get, pathOf } from "./api.js";
import { changed } from "./state.js";
import { say } from "./say.js";

const size = 100; // positions of a page
const most = 12; // pages that are kept

export class Rows {
  constructor(merchant, run) {
    this.merchant = merchant;
    this.run = run;
    this.total = 0; // positions, as far as is known
    this.pages = new Map(); // number → {labels by position, stale, reading}
  }

  // at lists the labels at a position, from 1; undefined while they are read.
  at(position) {
    const number = Math.floor((position - 1) / size);
    const page = this.pages.get(number);
    if (!page || page.stale) this.read(number);
    return page?.labels && (page.labels.get(position) ?? []);
  }

  // refresh reads what is looked at once more with the next look.
  refresh() {
    for (const page of this.pages.values()) page.stale = !page.reading;
  }

  async read(number) {
    const page = { labels: this.pages.get(number)?.labels, reading: true };
    this.pages.delete(number);
    this.pages.set(number, page);
    if (this.pages.size > most) this.pages.delete(this.pages.keys().next().value);
    try {
      page.labels = await this.fetch(number * size + 1, (number + 1) * size);
    } catch (failure) {
      if (failure.words === undefined) throw failure;
      say(failure.words, "bad");
      setTimeout(() => (page.stale = true), 2_000);
    } finally {
      page.reading = false;
      changed();
    }
  }

  async fetch(from, to) {
    const labels = new Map();
    while (from && from <= to) {
      const wanted = to - from + 1;
      const answer = await get(pathOf`/api/runs/${this.merchant}/${this.run}/labels` + `?from=${from}&limit=${wanted}`);
      for (const label of answer.labels) {
        if (label.position <= to) labels.set(label.position, [...(labels.get(label.position) ?? []), label]);
        this.total = Math.max(this.total, label.position);
      }
      from = answer.next ?? 0;
    }
    return labels;
  }
}

// What a view must be like: no serious fault by axe, letters of 16 px, targets of 44 px, nothing wider than the window.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { check } from "./table.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// judge takes a picture of a view and looks for its faults.
export async function judge(page, view) {
  await page.picture(view);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
  const serious = violations.filter((one) => ["serious", "critical"].includes(one.impact));
  check(serious.length === 0, `${view}: ${serious.map((one) => `${one.id} ${one.nodes.map((node) => node.target + " " + node.failureSummary).join("; ")}`).join("\n")}`);
  const small = await page.evaluate(() => [...document.querySelectorAll("body *")].filter((element) =>
    element.checkVisibility({ opacityProperty: true }) && !element.closest(".unseen") && [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()) && parseFloat(getComputedStyle(element).fontSize) < 16).map((element) => element.outerHTML.slice(0, 120)));
  check(small.length === 0, `${view}: letters under 16 px: ${small.join("\n")}`);
  const low = await page.evaluate(() => [...document.querySelectorAll("button, a, input:not([type=radio]), select, summary, label.choice")].filter((element) => {
    const box = element.getBoundingClientRect();
    return box.width > 0 && !element.closest(".unseen") && box.height < 43.5;
  }).map((element) => `${element.outerHTML.slice(0, 120)} ${element.getBoundingClientRect().height}`));
  check(low.length === 0, `${view}: targets under 44 px: ${low.join("\n")}`);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  check(wide <= 0, `${view}: ${wide} px wider than the window`);
}

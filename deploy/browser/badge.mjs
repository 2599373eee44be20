// A person is chosen by a badge; its PIN is asked for, and asked for again when it is wrong.
import { check, done, scanOutside, table } from "./table.mjs";

const page = await table("one");
await page.waitForSelector(".pile");
await page.keyboard.press("F7");
await page.waitForSelector("[data-do=choose]:focus");
await page.keyboard.press("Enter");
await page.waitForSelector(".people button:focus");
await scanOutside(page, "CREDENCIAL-BETO");
await page.waitForSelector("#pin:focus");
check((await page.textContent("dialog[open] label")) === "PIN de la credencial", "the PIN of the badge is asked for");
check((await page.textContent("dialog[open] .wrong")) === "", "nothing is wrong yet");
await page.fill("#pin", "0000");
await page.keyboard.press("Enter");
await page.waitForSelector("dialog[open] .wrong:has-text('no es correcto')");
await page.picture("badge");
await page.fill("#pin", "4711");
await page.keyboard.press("Enter");
await page.waitForSelector("dialog[open]", { state: "detached" });
await page.waitForFunction(() => document.querySelector("a.person").textContent.includes("CREDENCIAL-BETO"));
await done();

// Reads {"zpl": base64, "width": mm, "height": mm}, one per line, and answers each with one line:
// {"pictures": [base64 of a PNG, one for each printed label]} or {"error": "…"}.
import { createInterface } from "node:readline";
import { ready } from "zpl-renderer-js";

const dotsPerMillimetre = 8;
const { api } = await ready;

for await (const line of createInterface({ input: process.stdin })) {
  const { zpl, width, height } = JSON.parse(line);
  let answer;
  try {
    const text = Buffer.from(zpl, "base64").toString("utf8");
    answer = { pictures: await api.zplToBase64MultipleAsync(text, width, height, dotsPerMillimetre) };
  } catch (error) {
    answer = { error: String(error?.message ?? error) };
  }
  await new Promise((written) => process.stdout.write(JSON.stringify(answer) + "\n", written));
}
process.exit(0); // the renderer's WebAssembly would keep the process alive

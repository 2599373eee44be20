// Three sounds, made by the browser: good, wrong, alarm. Browsers let a page be heard after the first key or touch.

let context;

export const volume = {
  get: () => Number(localStorage.getItem("volume") ?? "0.7"),
  set: (to) => localStorage.setItem("volume", String(to)),
};

// Tones as [hertz, seconds from the start, seconds long, shape].
const tunes = {
  good: [[1320, 0, 0.09, "sine"]],
  wrong: [
    [220, 0, 0.18, "square"],
    [180, 0.22, 0.28, "square"],
  ],
  alarm: [0, 0.5, 1].flatMap((start) => [
    [880, start, 0.22, "sawtooth"],
    [587, start + 0.24, 0.22, "sawtooth"],
  ]),
};

export function wakeSounds() {
  context ??= new AudioContext();
  if (context.state === "suspended") context.resume();
}

// sound makes a sound, and counts it at the document's root, where tests find it.
export function sound(name) {
  const { dataset } = document.documentElement;
  dataset[name] = Number(dataset[name] ?? 0) + 1;
  const loudness = volume.get();
  if (!context || context.state !== "running" || loudness === 0) return;
  for (const [hertz, start, length, shape] of tunes[name]) playTone(hertz, context.currentTime + start, length, shape, loudness);
}

function playTone(hertz, at, length, shape, loudness) {
  const tone = new OscillatorNode(context, { frequency: hertz, type: shape });
  const gain = new GainNode(context, { gain: 0 });
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(loudness * 0.5, at + 0.01);
  gain.gain.setValueAtTime(loudness * 0.5, at + length - 0.03);
  gain.gain.linearRampToValueAtTime(0, at + length);
  tone.connect(gain).connect(context.destination);
  tone.start(at);
  tone.stop(at + length);
}

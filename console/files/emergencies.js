// Makes emergencies heard: two notes every few seconds while one is unread, and a mark in the title. A browser plays them only after a press.
"use strict";

const AGAIN = 8000; // ms between two calls
const CHOICE = "sound of emergencies";
const bell = document.querySelector("[data-sound]");
const title = document.title;
let audio;
let heard = 0;

function waiting() {
  return Number(document.querySelector("[data-emergencies]")?.dataset.emergencies ?? 0);
}

function ring() {
  if (audio?.state !== "running") return;
  for (const [number, pitch] of [880, 660, 880].entries()) {
    const at = audio.currentTime + number * 0.22;
    const note = new OscillatorNode(audio, { frequency: pitch, type: "triangle" });
    const loudness = new GainNode(audio, { gain: 0 });
    loudness.gain.setValueAtTime(0, at);
    loudness.gain.linearRampToValueAtTime(0.4, at + 0.02);
    loudness.gain.exponentialRampToValueAtTime(0.001, at + 0.2);
    note.connect(loudness).connect(audio.destination);
    note.start(at);
    note.stop(at + 0.21);
  }
  document.documentElement.dataset.rang = Number(document.documentElement.dataset.rang ?? 0) + 1;
}

async function turn(on) {
  localStorage.setItem(CHOICE, on ? "on" : "off");
  bell?.setAttribute("aria-pressed", String(on));
  if (on) {
    audio ??= new AudioContext();
    await audio.resume();
  } else await audio?.suspend();
}

function look() {
  const count = waiting();
  document.title = count ? `(${count}) ${title}` : title;
  if (count > heard) {
    ring();
    if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.([300, 150, 300]);
  }
  heard = count;
}

if (bell && window.AudioContext) {
  bell.hidden = false;
  bell.addEventListener("click", async () => {
    const on = bell.getAttribute("aria-pressed") !== "true";
    await turn(on);
    if (on) ring(); // so that one knows how it sounds
  });
  if (localStorage.getItem(CHOICE) !== "off") {
    bell.setAttribute("aria-pressed", "true");
    for (const kind of ["pointerdown", "keydown"]) {
      document.addEventListener(kind, ({ target }) => !bell.contains(target) && !audio && turn(true).then(() => waiting() && ring()), { once: true });
    }
  }
}
document.addEventListener("htmx:after:swap", () => setTimeout(look));
setInterval(() => waiting() && ring(), AGAIN);
look();

// A list that fetches itself keeps the row on which its reader is.
let row;
document.addEventListener("htmx:before:swap", () => (row = document.activeElement?.closest("a[data-row]")?.getAttribute("href")));
document.addEventListener("htmx:after:swap", () => row && document.querySelector(`a[data-row][href="${CSS.escape(row)}"]`)?.focus());

// A conversation at the desk: each message is drawn by what draws it for the worker, and the page stays where its reader was.

import { day, dayOf, own, page } from "./bubbles.js";

const words = JSON.parse(document.querySelector("[data-words]").dataset.words);
const log = () => document.querySelector("#talk .log");
let following = true; // at the end, and to stay there

function draw() {
  let last = "";
  for (const plain of log().querySelectorAll("article[data-entry]")) {
    const entry = JSON.parse(plain.dataset.entry);
    const drawn = plain.matches(".own") ? own(entry, words, true) : page(entry, words);
    drawn.querySelectorAll("button").forEach((button) => (button.disabled = true)); // the worker's to press
    drawn.querySelectorAll(".bubble > :not(.speaker) time, .bubble time").forEach((time) => time.remove()); // it stands below, in the officer's zone
    drawn.append(plain.querySelector(".meta"));
    if (dayOf(entry.at) !== last) plain.before(day(entry.at, words));
    last = dayOf(entry.at);
    plain.replaceWith(drawn);
  }
  const place = log();
  place.scrollTop = following ? place.scrollHeight : before;
  place.addEventListener("scroll", remember, { passive: true });
}

let before = 0;
function remember() {
  const place = log();
  before = place.scrollTop;
  following = place.scrollHeight - place.scrollTop - place.clientHeight < 80;
}

document.addEventListener("htmx:after:swap", () => {
  if (log()?.querySelector("article[data-entry]")) draw();
});

// Ready answers go where the cursor is, so that what was typed before stays.
document.addEventListener("click", (event) => {
  const answer = event.target.closest("[data-answer]");
  const box = document.querySelector("#f-text");
  if (!answer || !box) return;
  event.preventDefault();
  box.setRangeText(answer.dataset.answer, box.selectionStart, box.selectionEnd, "end");
  answer.closest("details").open = false;
  box.focus();
});

// Ctrl+Enter sends; a second press of the button does nothing while the first is on its way.
const form = document.querySelector("#reply");
form?.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});
form?.addEventListener("submit", (event) => {
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => form && delete form.dataset.sent);

draw();

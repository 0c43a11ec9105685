// The chat: draws what is said, and sends what is typed and pressed.

import { day, dayOf, icon, own, page, stamp, typing } from "./bubbles.js";
import { leaveOnDemand } from "./leave.js";
import { Line } from "./line.js";
import { dress, speak, words } from "./look.js";

const START = "/start"; // said for a worker who comes for the first time, so never shown
const THINKING = 12_000; // ms after which nobody believes any more that we are writing
const BLINK = 2000; // ms a line may be lost before it is worth a word

const log = document.querySelector("#log");
const box = document.querySelector("#text");
const down = document.querySelector(".down");
const state = document.querySelector("#state");

let lastDay = "";
let unread = false;
let following = true; // at the end, and to stay there
let thinking;
let blink;

const line = new Line({
  language: words().language,
  ref: new URLSearchParams(location.search).get("ref") ?? "",
  hear,
  change: showState,
});

function hear(message) {
  if (message.type === "kept") markSent(message.client);
  if (message.type === "said") drawOwn(message, true);
  if (message.type === "page") drawPage(message);
  if (message.type === "language") speak(message.language);
  if (message.type === "ready") begin();
}

/** The server has told all it knows. The first time: show what still waits, and let somebody new be greeted. */
function begin() {
  if (!reading()) return;
  line.waiting.forEach((message) => drawOwn(message, false));
  log.scrollTop = log.scrollHeight;
  log.setAttribute("aria-busy", "false");
  if (!log.querySelector("article") && !line.waiting.length) line.send({ text: START });
}

/** Still reading what was said before: nothing is announced or scrolled to. */
function reading() {
  return log.getAttribute("aria-busy") === "true";
}

function say(what) {
  const message = line.send(what);
  if (!message) return tell(words().too_long);
  drawOwn(message, false);
  log.scrollTop = log.scrollHeight;
  return message;
}

function drawOwn(entry, sent) {
  if (entry.text === START) return;
  const drawn = own(entry, words(), sent);
  const before = ownBubble(entry.client ?? entry.id);
  if (before) before.replaceWith(drawn);
  else add(drawn, entry.at);
}

/** The server has it: it needs no link's code again, and its bubble is no longer one that waits. */
function markSent(client) {
  const address = new URL(location.href);
  address.searchParams.delete("ref");
  history.replaceState(null, "", address);
  const waiting = ownBubble(client);
  if (waiting?.matches(".waiting")) stamp(waiting, new Date().toISOString(), words());
}

function ownBubble(client) {
  return log.querySelector(`[data-client="${CSS.escape(client)}"]`);
}

function drawPage(entry) {
  if (log.querySelector(`[data-id="${CSS.escape(entry.id)}"]`)) return;
  think(false);
  log.querySelectorAll(".choices:not(.old)").forEach((choices) => choices.classList.add("old"));
  const drawn = page(entry, words());
  const near = atEnd();
  add(drawn, entry.at);
  if (reading()) return;
  if (near) showWhole(drawn);
  else unread = true;
  showDown();
}

/** At the end, but before what still waits to be sent. */
function add(drawn, at = new Date().toISOString()) {
  const later = (drawn.matches(".ours") && log.querySelector("article.waiting")) || log.querySelector(".typing");
  if (dayOf(at) !== lastDay) log.insertBefore(day(at, words()), later);
  lastDay = dayOf(at);
  log.insertBefore(drawn, later);
}

function atEnd() {
  return log.scrollHeight - log.scrollTop - log.clientHeight < 80;
}

/** Down to the end, but never past the first line of what is new. */
function showWhole(drawn) {
  log.scrollTop = Math.min(log.scrollHeight, drawn.offsetTop - log.offsetTop - 8);
}

function showDown() {
  following = atEnd();
  if (following) unread = false;
  down.hidden = !unread;
}

function think(on) {
  clearTimeout(thinking);
  const near = atEnd();
  const shown = log.querySelector(".typing");
  if (!on) return shown?.remove();
  if (!shown) log.append(typing(words()));
  thinking = setTimeout(() => think(false), THINKING);
  if (near) log.scrollTop = log.scrollHeight;
}

function showState() {
  clearTimeout(blink);
  if (line.sent.size && !reading()) think(true);
  if (line.ready) {
    state.hidden = true;
    return;
  }
  think(false);
  state.dataset.word = line.busy ? "busy" : "offline";
  const show = () => Object.assign(state, { textContent: words()[state.dataset.word], hidden: false });
  blink = setTimeout(show, navigator.onLine ? BLINK : 0);
}

/** A word for those who listen to the page. */
function tell(text) {
  const notice = document.querySelector("#notice");
  notice.textContent = "";
  requestAnimationFrame(() => (notice.textContent = text));
}

async function copy(button) {
  const number = button.dataset.copy;
  try {
    await navigator.clipboard.writeText(number);
  } catch {
    getSelection().selectAllChildren(button.previousSibling); // no https: mark it and copy the old way
    document.execCommand("copy");
    getSelection().removeAllRanges();
  }
  tell(words().copied);
  button.replaceChildren(icon("done"));
  setTimeout(() => button.replaceChildren(icon("copy")), 2000);
}

function fitBox() {
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight}px`;
}

log.addEventListener("click", ({ target }) => {
  const choice = target.closest("button.choice");
  if (choice) say({ press: choice.dataset.payload, label: choice.textContent });
  const copied = target.closest("button.copy");
  if (copied) copy(copied);
});

document.querySelector(".write").addEventListener("submit", (event) => {
  event.preventDefault();
  if (box.value.trim() && say({ text: box.value.trim() })) box.value = "";
  fitBox();
  box.focus();
});

box.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  box.form.requestSubmit();
});

box.addEventListener("input", fitBox);
log.addEventListener("scroll", showDown, { passive: true });
new ResizeObserver(() => following && (log.scrollTop = log.scrollHeight)).observe(log); // the keyboard came up, a line of state appeared
down.addEventListener("click", () => (log.scrollTop = log.scrollHeight));

document.querySelectorAll("a.language").forEach((link) =>
  link.addEventListener("click", (event) => {
    event.preventDefault();
    link.closest("details").open = false;
    say({ text: link.dataset.say });
  }),
);

dress();
leaveOnDemand(line).then(() => line.open());

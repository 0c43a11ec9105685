// The quick exit, for people who are watched: an empty page at once, nothing left on the device, the server's cookie ended.

import { words } from "./look.js";
import { forget, keep, recall } from "./memory.js";

const TWICE = 1000; // ms between two presses of Esc
const ENOUGH = 1500; // ms we wait for the server before leaving all the same
const HARMLESS = "/cuaca";

let escaped = -Infinity;

/** Listen for the wish to leave. Resolves when the page may open its line: an exit that could not reach the server comes first. */
export async function leaveOnDemand(line) {
  document.querySelector(".quit").addEventListener("submit", (event) => {
    event.preventDefault();
    leave(line);
  });
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (event.timeStamp - escaped < TWICE) leave(line);
    escaped = event.timeStamp;
  });
  addEventListener("storage", (event) => event.key === "sapa.left" && event.newValue && leave(line)); // in another tab
  while (recall("left", false)) {
    if (await endCookie()) location.reload();
    await pause(ENOUGH);
  }
}

async function leave(line) {
  if (line.stopped) return;
  line.stop();
  document.title = words().weather;
  document.body.replaceChildren();
  document.querySelectorAll("link[rel=icon]").forEach((link) => link.remove());
  forget();
  if ("embedded" in document.documentElement.dataset) return; // the token went with the rest; around us another site goes on
  history.replaceState(null, "", HARMLESS);
  keep("left", true);
  if (await Promise.race([endCookie(), pause(ENOUGH)])) location.replace(HARMLESS);
}

/** Ends our cookie at the server. What cannot be done now is done when this page is opened next, before anything is shown. */
async function endCookie() {
  try {
    const answer = await fetch("/quit", { method: "POST", keepalive: true, redirect: "manual" });
    const ended = answer.ok || answer.type === "opaqueredirect";
    if (ended) forget();
    return ended;
  } catch {
    return false;
  }
}

function pause(milliseconds) {
  return new Promise((after) => setTimeout(after, milliseconds, false));
}

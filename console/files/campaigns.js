// Campaigns: each screen is drawn by what draws it for the worker; while one is sent, the page asks every two seconds how far it is.

import { page } from "./bubbles.js";

function draw() {
  for (const place of document.querySelectorAll(".phones")) {
    const words = JSON.parse(place.dataset.words);
    for (const plain of place.querySelectorAll("article[data-entry]")) {
      const drawn = page({ at: new Date().toISOString(), ...JSON.parse(plain.dataset.entry) }, words);
      drawn.querySelectorAll("button").forEach((button) => (button.disabled = true)); // the worker's to press
      drawn.querySelectorAll(".bubble time").forEach((time) => time.remove()); // nobody knows when it will be
      plain.replaceWith(drawn);
    }
  }
}

document.addEventListener("htmx:after:swap", draw);
setInterval(() => document.querySelector("[data-running]") && htmx.trigger(document.body, "news"), 2000);
draw();

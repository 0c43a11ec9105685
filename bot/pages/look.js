// How the page looks and which language it speaks: large text and the plain view are remembered, the language follows the talk.

import { keep, recall } from "./memory.js";

const page = document.documentElement;
const all = JSON.parse(document.querySelector("#words").textContent);

/** The page's own words, in the language of the conversation. */
export function words() {
  return all[page.lang];
}

export function speak(language) {
  if (!all[language] || language === page.lang) return;
  page.lang = language;
  const said = words();
  document.querySelectorAll("[data-word]").forEach((element) => (element.textContent = said[element.dataset.word]));
  for (const [kind, attribute] of [["label", "aria-label"], ["title", "title"], ["placeholder", "placeholder"]]) {
    document.querySelectorAll(`[data-${kind}]`).forEach((element) => element.setAttribute(attribute, said[element.dataset[kind]]));
  }
  const address = new URL(location.href);
  address.searchParams.set("lang", language); // so that a reload speaks it from the first moment
  history.replaceState(null, "", address);
}

/** Put on what was chosen before, and listen for other choices. */
export function dress() {
  const look = recall("look", {});
  for (const box of document.querySelectorAll(".look input")) {
    box.checked = Boolean(look[box.name]);
    page.classList.toggle(box.name, box.checked);
    box.addEventListener("change", () => {
      page.classList.toggle(box.name, box.checked);
      keep("look", { ...recall("look", {}), [box.name]: box.checked });
    });
  }
}

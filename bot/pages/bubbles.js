// Draws what was said. Everything anybody wrote goes in as text, never as markup, each piece isolated in its own direction.

const SVG = "http://www.w3.org/2000/svg";
// +62 812-9007-0027, +852 6773 0466, +62 (21) 2924 4800: for numbers the server did not point out itself.
const PHONE = /\+\d{1,3}(?:[ -]?\(?\d+\)?)+/;
const LINK = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?)]/;

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.append(document.createElementNS(SVG, "use"));
  svg.firstChild.setAttribute("href", `#${name}`);
  return svg;
}

/** A worker's own words. `sent` is false while they still wait on this device. */
export function own(entry, words, sent) {
  const bubble = make("div", { class: "bubble" }, speaker(words.you), ...paragraphs(entry.text ?? entry.label, []));
  const article = make("article", { class: "own", "data-client": entry.client ?? entry.id }, bubble);
  if (sent) stamp(article, entry.at, words);
  else markWaiting(article, words);
  return article;
}

/** A page of ours, its buttons under it. */
export function page(entry, words) {
  const bubble = make("div", { class: "bubble" }, speaker("Sapa"), ...paragraphs(entry.text, entry.phones ?? [], words));
  const article = make("article", { class: "ours", "data-id": entry.id }, bubble);
  stamp(article, entry.at, words);
  if (entry.buttons?.length) article.append(make("div", { class: "choices", role: "group", "aria-label": words.choices }, ...entry.buttons.map(choice)));
  return article;
}

/** The line between two days. */
export function day(at, words) {
  return make("p", { class: "day" }, dayName(new Date(at), words.language));
}

export function typing(words) {
  const dots = make("span", { class: "dots", "aria-hidden": "true" }, make("i"), make("i"), make("i"));
  return make("div", { class: "ours typing" }, make("div", { class: "bubble" }, make("span", { class: "hidden" }, words.typing), dots));
}

function choice({ label, payload, url }) {
  const said = make("bdi", {}, label);
  if (!url) return make("button", { type: "button", class: "choice", "data-payload": payload }, said);
  const away = url.startsWith("tel:") ? {} : { target: "_blank", rel: "noopener noreferrer" };
  return make("a", { class: "choice", href: /^(https?|tel):/.test(url) ? url : "#", ...away }, said);
}

function speaker(who) {
  return make("span", { class: "speaker" }, `${who}: `);
}

/** The time, in the corner of the last line. */
export function stamp(article, at, words) {
  article.classList.remove("waiting");
  article.querySelectorAll(".unsent").forEach((mark) => mark.remove());
  const shown = new Intl.DateTimeFormat(words.language, { timeStyle: "short" }).format(new Date(at));
  const lines = article.querySelectorAll("p, li");
  lines[lines.length - 1].append(make("time", { datetime: at }, shown));
}

function markWaiting(article, words) {
  article.classList.add("waiting");
  article.append(make("small", { class: "unsent" }, words.unsent));
}

export function dayOf(at) {
  return new Date(at).toDateString();
}

function dayName(date, language) {
  const days = Math.round((new Date(date.toDateString()) - new Date(new Date().toDateString())) / 86_400_000);
  if (days > -2 && days < 1) {
    const near = new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(days, "day");
    return near[0].toUpperCase() + near.slice(1);
  }
  return new Intl.DateTimeFormat(language, { dateStyle: "full" }).format(date);
}

/** Lines as paragraphs, bullets as a list; `words` only where numbers and links should be pressable. */
function paragraphs(text, phones, words) {
  const parts = [];
  let apart = false;
  for (const line of text.split(/\r\n|[\r\n]/)) {
    const item = line.startsWith("• ");
    const last = parts[parts.length - 1];
    const list = item && (last?.tagName === "UL" && !apart ? last : make("ul"));
    const said = make("bdi", {}, ...(words ? withNumbers(item ? line.slice(2) : line, phones, words) : [line]));
    const piece = make(item ? "li" : "p", { dir: "auto" }, said);
    if (list) list.append(piece);
    if (line && list !== last) parts.push(list || piece);
    if (apart && line) parts[parts.length - 1].classList.add("apart");
    apart = !line;
  }
  return parts.length ? parts : [make("p")];
}

/** The text in pieces: numbers that can be called and copied, links that can be opened, and the words between them. */
function* withNumbers(text, phones, words) {
  const known = [...phones].sort((a, b) => b.length - a.length).map((number) => `${escape(number)}(?![\\d-]|[.,]\\d)`);
  const marks = new RegExp([LINK.source, ...known, PHONE.source].join("|"), "g");
  let at = 0;
  for (const { 0: found, index } of text.matchAll(marks)) {
    if (/[\w.,+-]$/.test(text.slice(at, index))) continue; // the tail of something longer
    yield text.slice(at, index);
    yield found.startsWith("http") ? make("a", { href: found, target: "_blank", rel: "noopener noreferrer" }, found) : phone(found, words);
    at = index + found.length;
  }
  yield text.slice(at);
}

function escape(text) {
  return text.replace(/[^\d ]/g, "\\$&");
}

function phone(shown, words) {
  const call = make("a", { href: `tel:${shown.replace(/[^\d+]/g, "")}`, "aria-label": words.call.replace("#", shown), dir: "ltr" }, shown);
  const copy = make("button", { type: "button", class: "copy", "data-copy": shown, "aria-label": words.copy.replace("#", shown) }, icon("copy"));
  return make("span", { class: "phone" }, call, copy);
}

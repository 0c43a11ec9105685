// What a page of the desk does beyond plain HTML: keys, live news, passkeys. Without this script every page still works, except passkeys.
"use strict";

// htmx may turn our own server's answers into markup; nothing may turn text into code.
const never = () => { throw new Error("the desk evaluates no code"); };
htmx.registerExtension("desk", {
  init(api) {
    const passing = { createHTML: (html) => html, createScript: never };
    api.initSecurity(window.trustedTypes ? trustedTypes.createPolicy("htmx", passing) : passing, never, never);
  },
});

const token = () => document.body.dataset.csrf;

document.addEventListener("htmx:config:request", (event) => {
  const { ctx } = event.detail;
  ctx.request.headers["X-CSRF-Token"] = token();
  if (ctx.sourceEvent?.type === "news") ctx.request.headers["X-Background"] = "1";
});

// Lists: an address names only what was asked for; and a list opens as its reader last left it, in this browser, without what was searched.
document.addEventListener("htmx:config:request", (event) => {
  const { ctx } = event.detail;
  if (ctx.request.method !== "GET" || !ctx.request.body?.entries) return;
  for (const [name, value] of [...ctx.request.body]) if (value === "") ctx.request.body.delete(name);
});
function remember() {
  const kept = new URLSearchParams(location.search);
  for (const name of ["q", "after", "all"]) kept.delete(name);
  localStorage.setItem(memory, kept.toString());
}
const tools = document.querySelector("form.tools");
const memory = `list ${document.body.dataset.officer} ${location.pathname}`;
if (tools) {
  const before = localStorage.getItem(memory);
  if (!location.search && !location.href.includes("?") && before) location.replace(`${location.pathname}?${before}`);
  else remember();
  document.addEventListener("htmx:after:swap", () => setTimeout(remember));
}

// Keys: j and k go through the rows, Enter opens, / searches.
function typing(element) {
  return element.closest("input, textarea, select, [contenteditable]") !== null;
}
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && typing(event.target)) event.target.blur();
  if (typing(event.target)) return;
  if (event.key === "/") {
    const search = document.querySelector("input[type=search]");
    if (search) {
      event.preventDefault();
      search.focus();
      search.select();
    }
  }
  const step = { j: 1, k: -1 }[event.key];
  if (step) {
    const rows = [...document.querySelectorAll("a[data-row]")];
    const here = rows.indexOf(document.activeElement);
    const next = rows[here < 0 ? (step > 0 ? 0 : rows.length - 1) : here + step];
    if (next) {
      event.preventDefault();
      next.focus();
    }
  }
});

// On a phone the places lie in a row that is wider than the screen: where one is should be seen.
const place = document.querySelector(".places a[aria-current]");
if (place && place.closest(".places").scrollWidth > innerWidth) place.scrollIntoView({ inline: "center", block: "nearest" });

// Live pages: `<body>` hears "news", and what says hx-trigger="news from:body" fetches itself again.
if (document.querySelector("[data-live]")) {
  const source = new EventSource("/desk/live");
  source.addEventListener("news", () => htmx.trigger(document.body, "news"));
  window.addEventListener("pagehide", () => source.close());
}

// Passkeys.
async function send(path, body) {
  const response = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": token() },
    body: JSON.stringify(body),
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.wrong ?? String(response.status));
  return answer;
}
const passkeys = {
  async "sign-in"(button) {
    const options = PublicKeyCredential.parseRequestOptionsFromJSON(await send(`/desk/sign-in/passkey/ask?lang=${document.documentElement.lang}`, {}));
    const key = await navigator.credentials.get({ publicKey: options });
    return send(`/desk/sign-in/passkey?lang=${document.documentElement.lang}`, { ...key.toJSON(), next: button.closest("[data-next]").dataset.next });
  },
  async add() {
    const password = document.querySelector("#f-passkey-password")?.value ?? "";
    const options = PublicKeyCredential.parseCreationOptionsFromJSON(await send("/desk/passkeys/ask", { password }));
    const key = await navigator.credentials.create({ publicKey: options });
    return send("/desk/passkeys", key.toJSON());
  },
};
if (window.PublicKeyCredential?.parseRequestOptionsFromJSON) {
  for (const part of document.querySelectorAll("[data-passkey], [data-passkey-box]")) part.hidden = false;
  for (const button of document.querySelectorAll("[data-passkey]")) {
    button.addEventListener("click", async () => {
      const wrong = document.querySelector("[data-passkey-wrong]");
      wrong.hidden = true;
      try {
        location.assign((await passkeys[button.dataset.passkey](button)).next);
      } catch (error) {
        if (error.name === "NotAllowedError") return; // they closed the browser's question
        wrong.textContent = error.message;
        wrong.hidden = false;
      }
    });
  }
}

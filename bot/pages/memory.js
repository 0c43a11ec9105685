// What this device remembers: unsent messages and how the page should look. Never what was said; that comes from the server.

const PREFIX = "sapa.";
const spare = new Map(); // for browsers that refuse to keep anything

export function recall(name, otherwise) {
  try {
    const kept = localStorage.getItem(PREFIX + name) ?? spare.get(name);
    return kept ? JSON.parse(kept) : otherwise;
  } catch {
    return spare.has(name) ? JSON.parse(spare.get(name)) : otherwise;
  }
}

export function keep(name, value) {
  const text = JSON.stringify(value);
  spare.set(name, text);
  try {
    localStorage.setItem(PREFIX + name, text);
  } catch {
    // Full or forbidden: the spare copy lives as long as the page.
  }
}

export function forget() {
  spare.clear();
  try {
    Object.keys(localStorage).filter((key) => key.startsWith(PREFIX)).forEach((key) => localStorage.removeItem(key));
  } catch {
    // Nothing was kept.
  }
}

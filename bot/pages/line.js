// Keeps a line open to the server. What cannot be sent now waits on this device and goes out, in order, once there is a line again.

import { keep, recall } from "./memory.js";

const LONGEST = 15_000; // bytes; the server takes frames of at most 16 KiB
const PATIENCE = 15_000; // ms without a receipt, after which a line that looks open is taken for dead
const SLEEP = 30_000; // ms out of sight, after which a line is opened anew
const SLOWEST = 30_000; // ms between two tries

const COOKIE_GONE = 4401; // the server does not know us any more

/** A random name for a message, by which the server knows one that is sent twice. (`crypto.randomUUID` needs https.) */
function name() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Within another site browsers keep no cookie of ours, so the page keeps its token itself, and tells it beside the protocol. */
function token() {
  const kept = recall("token", "");
  if (kept) return kept;
  const made = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16)))).slice(0, 22);
  keep("token", made.replaceAll("+", "-").replaceAll("/", "_"));
  return recall("token", "");
}

function socketTo(language) {
  const address = `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}`;
  return "embedded" in document.documentElement.dataset
    ? new WebSocket(`${address}/embed/chat?lang=${language}`, ["sapa", token()])
    : new WebSocket(`${address}/chat?lang=${language}`);
}

export class Line {
  /** `hear` gets what the server says; `change` is called when the line opens or closes, or when something starts or stops waiting. */
  constructor({ language, ref, hear, change }) {
    Object.assign(this, { language, ref, hear, change });
    this.last = "";
    this.tries = 0;
    this.ready = false;
    this.sent = new Set(); // names sent on this socket, not yet acknowledged
    addEventListener("online", () => this.open());
    addEventListener("offline", () => this.close());
    addEventListener("pageshow", () => this.open());
    document.addEventListener("visibilitychange", () => (document.hidden ? (this.asleep = Date.now()) : this.awake()));
  }

  /** Phones close lines behind a page's back while it is not looked at, and nobody tells the page. */
  awake() {
    if (Date.now() - this.asleep > SLEEP) this.close();
    this.open();
  }

  get waiting() {
    return recall("waiting", []);
  }

  open() {
    if (this.socket || this.stopped) return;
    clearTimeout(this.timer);
    const socket = socketTo(this.language);
    this.socket = socket;
    socket.onopen = () => socket.send(JSON.stringify({ since: this.last }));
    socket.onmessage = (event) => socket === this.socket && this.receive(JSON.parse(event.data));
    socket.onclose = (event) => socket === this.socket && this.lost(event.code);
  }

  close() {
    this.socket?.close();
    this.lost();
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
    this.close();
  }

  lost(code) {
    this.socket = null;
    this.ready = false;
    this.sent.clear();
    clearTimeout(this.watch);
    if (code === COOKIE_GONE && !this.stopped) return location.reload();
    this.busy = this.pause !== undefined;
    const delay = this.pause ?? Math.min(SLOWEST, 1000 * 2 ** this.tries++) * (0.5 + Math.random());
    this.pause = undefined;
    clearTimeout(this.timer);
    if (!this.stopped) this.timer = setTimeout(() => this.open(), delay);
    this.change();
  }

  receive(message) {
    if (message.type === "wait") this.pause = message.seconds * 1000;
    if (message.type === "ready") {
      this.ready = true;
      this.busy = false;
      this.tries = 0;
    }
    if (message.id) this.last = message.id;
    if (message.client) this.acknowledge(message.client);
    this.hear(message);
    if (message.type === "ready") this.flush();
  }

  /** Take a message to send: at once if the line is open, else later. Returns it as it waits, or null if it is too long. */
  send(what) {
    const message = { id: name(), ...what, ...(this.ref && { ref: this.ref }) };
    if (new TextEncoder().encode(JSON.stringify(message)).length > LONGEST) return null;
    keep("waiting", [...this.waiting, message]);
    this.flush();
    return message;
  }

  flush() {
    if (!this.ready) return this.change();
    for (const message of this.waiting) {
      if (this.sent.has(message.id)) continue;
      this.sent.add(message.id);
      this.socket.send(JSON.stringify(message));
    }
    clearTimeout(this.watch);
    if (this.sent.size) this.watch = setTimeout(() => this.close(), PATIENCE);
    this.change();
  }

  acknowledge(id) {
    this.sent.delete(id);
    this.ref = "";
    keep("waiting", this.waiting.filter((message) => message.id !== id));
    if (!this.sent.size) clearTimeout(this.watch);
  }
}

// All the script there is. Every page works without it; this saves a reload.
import { initAll } from "../vendor/govuk-frontend/govuk-frontend.min.js";
import "./autosave.js";
import "./lasting.js";
import "./printed.js";
import "./writing.js";

const SILENCE = 45_000; // as long as this without a word from the server is taken for a lost connection
const ANNOUNCE_EVERY = 5_000, NO_LONGER_ALLOWED = 4403;
const LOST = "Not connected – reload to see what is new.";
const REFUSED = "You no longer have access.";
const SIGNED_OUT = "You are signed out – sign in again to see what is new.";

// What is read out: politely, at most once in five seconds, the newest winning.
let waiting, clearing, quietUntil = 0;
function announce(text) {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    const status = document.getElementById("live-status");
    quietUntil = Date.now() + ANNOUNCE_EVERY;
    status.textContent = text;
    clearTimeout(clearing); // emptied again, or the same words a second time would not be heard
    clearing = setTimeout(() => { status.textContent = ""; }, ANNOUNCE_EVERY - 1_000);
  }, Math.max(100, quietUntil - Date.now()));
}

// One socket to an address, whoever on the page listens. It carries no content: it only says "look again".
class Line {
  static lines = {};
  static to = (address) => (Line.lines[address] ??= new Line(address));
  regions = new Set();
  failures = 0;
  constructor(address) { this.address = new URL(address, location.href.replace(/^http/, "ws")); this.connect(); }
  tell(act) { this.regions.forEach(act); }
  heard() { clearTimeout(this.silence); this.silence = setTimeout(() => this.lost(), SILENCE); }

  connect() {
    this.socket = new WebSocket(this.address);
    this.socket.onopen = () => { this.isLost = false; this.heard(); this.tell((region) => region.look(this.failures)); this.failures = 0; };
    this.socket.onmessage = ({ data }) => { this.heard(); if (/"(look|case)"/.test(data)) this.tell((region) => region.look(true)); };
    this.socket.onclose = ({ code }) => { this.lost(code === NO_LONGER_ALLOWED); };
    this.heard();
  }

  lost(forGood) {
    this.isLost = true; // an answer still on its way takes nothing back of what is said now
    clearTimeout(this.silence);
    this.socket.onopen = this.socket.onmessage = this.socket.onclose = null;
    this.socket.close();
    this.tell((region) => region.say(forGood ? REFUSED : LOST));
    // Back off, and not in step with every other page that lost the same server.
    if (!forGood) setTimeout(() => this.connect(), Math.min(30_000, 1_000 * 2 ** this.failures++) * (0.5 + Math.random()));
    else this.askWhy();
  }

  // A sign-in that is over is no refusal: signing in again helps.
  async askWhy() {
    const answer = await fetch(document.body.dataset.lasts).catch(() => ({}));
    if (answer.status === 401 || answer.redirected) this.tell((region) => region.say(SIGNED_OUT));
  }
}

// <live-region src="what to show" ws="/live/">: shows `src` again whenever the socket says so.
class LiveRegion extends HTMLElement {
  connectedCallback() {
    this.note = Object.assign(document.createElement("p"), { className: "app-live-note", hidden: true });
    this.before(this.note);
    this.addEventListener("pointerdown", () => { this.isPressed = true; });
    ["pointerup", "pointercancel"].forEach((end) => addEventListener(end, () => this.letGo()));
    this.line = Line.to(this.getAttribute("ws") || "/live/");
    this.line.regions.add(this);
  }

  say(text) {
    if (text && text !== this.note.textContent) announce(text);
    Object.assign(this.note, { textContent: text, hidden: !text });
  }

  async look(aloud) {
    if (this.looking) { this.lookAgain = true; return; } // one at a time: an older answer never covers a newer one
    this.looking = true;
    const answer = await fetch(this.getAttribute("src"), { headers: { "X-Requested-With": "XMLHttpRequest" } }).catch(() => ({}));
    if (answer.redirected) this.say(SIGNED_OUT);
    else if ([403, 404].includes(answer.status)) { this.line.regions.delete(this); this.say(REFUSED); }
    else if (!answer.ok) this.say(LOST);
    else { this.show(await answer.text()); if (!this.line.isLost) this.say(""); if (aloud) announce("Updated"); }
    this.looking = false;
    if (this.lookAgain) { this.lookAgain = false; this.look(true); }
  }

  // After the click that follows: a link drawn anew between press and release would not be followed.
  letGo() {
    if (!this.isPressed) return;
    setTimeout(() => { this.isPressed = false; if (this.missed) { this.missed = false; this.look(true); } });
  }

  show(html) {
    if (this.isPressed) { this.missed = true; return undefined; }
    const focused = this.contains(document.activeElement) ? document.activeElement : null;
    // Never under somebody's hands: while a box is being filled in, the news waits until they leave it.
    if (focused?.matches("input, select, textarea")) return focused.addEventListener("blur", () => this.look(true), { once: true });
    const open = [...this.querySelectorAll("details[open][id]")].map((details) => details.id);
    this.innerHTML = html;
    open.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
    if (focused?.id) document.getElementById(focused.id)?.focus({ preventScroll: true });
    return initAll({ scope: this });
  }
}

// <live-case src="changes" ws="/live/?case=…" at="41">: how many changes by others this page does not show. It never
// changes the page by itself: what somebody is reading or writing stays where it is until they ask.
class LiveCase extends HTMLElement {
  connectedCallback() {
    this.note = this.querySelector("p");
    this.line = Line.to(this.getAttribute("ws"));
    this.line.regions.add(this);
  }

  say(text, show) {
    if (text === this.said) return;
    this.said = text;
    if (text) announce(text);
    this.note.replaceChildren(text, ...(show ? [" ", show] : []));
    this.note.hidden = !text;
  }

  async look() {
    const answer = await fetch(`${this.getAttribute("src")}?after=${this.getAttribute("at")}`).catch(() => ({}));
    if (answer.redirected) return this.say(SIGNED_OUT);
    if ([403, 404].includes(answer.status)) { this.line.regions.delete(this); return this.say(REFUSED); }
    if (!answer.ok) return this.say(LOST);
    const { changes } = await answer.json();
    const show = Object.assign(document.createElement("a"), { className: "govuk-link", href: location.href, textContent: "Show" });
    return this.say(changes ? `${changes} change${changes > 1 ? "s" : ""} by others.` : "", show);
  }
}

initAll();
customElements.define("live-case", LiveCase);
customElements.define("live-region", LiveRegion);

// Says in time that a sign-in is about to be over, and lets somebody stay. How long it still lasts is asked of the
// server each time: another tab may have been used meanwhile.
import { press, send } from "./autosave.js";

const BEFORE = 120, AGAIN = 30; // seconds
const { lasts, unused, signIn } = document.body.dataset;

class Lasting {
  constructor() { this.in(Number(unused) - BEFORE); }

  in(seconds) { clearTimeout(this.waiting); this.waiting = setTimeout(() => this.look(), Math.max(1, seconds) * 1_000); }

  async look(options) {
    const answer = await send(lasts, options).catch(() => ({}));
    if (answer.status === 401) return this.say("You are signed out. What you typed into a form is kept as a draft.", this.link());
    if (!answer.ok) return this.in(AGAIN);
    const { left } = await answer.json();
    if (left > BEFORE) { this.unsay(); return this.in(left - BEFORE); }
    const minutes = Math.max(1, Math.ceil(left / 60));
    this.say(`You will be signed out in ${minutes === 1 ? "a minute" : `${minutes} minutes`}. `, press("Stay signed in", () => this.look({ method: "POST" })));
    return this.in(Math.min(left, 60));
  }

  link() {
    const next = encodeURIComponent(location.pathname + location.search);
    return Object.assign(document.createElement("a"), { className: "govuk-link", href: `${signIn}?next=${next}`, textContent: "Sign in again" });
  }

  say(words, more) {
    if (!this.note) {
      this.note = Object.assign(document.createElement("div"), { className: "govuk-body app-lasting" });
      this.note.setAttribute("role", "alert");
      document.getElementById("main-content").prepend(this.note);
    }
    if (this.said === words) return;
    this.said = words;
    this.note.replaceChildren(words, " ", more);
  }

  unsay() { this.note?.remove(); this.note = this.said = undefined; }
}

if (lasts) new Lasting();

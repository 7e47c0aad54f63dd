// Keeps what is being typed: on the server, never in the browser. It says in words whether it did.

const PAUSE = 1_000, AT_THE_LATEST = 5_000, PATIENCE = 10_000, LAST_WORDS = 4_000;
const SIGNED_IN_YET = 4_000, SLOWEST = 30_000, SMALL = 60_000; // a browser sends so many bytes while a page closes
const MOST_UNSURE = 500_000; // characters
const OFFLINE = "Not saved – no connection; still trying";
const TROUBLE = "Not saved – the service did not take it; still trying";
const AWAY = "Not saved – the service cannot save just now; still trying";
const SIGNED_OUT = "Signed out – sign in in another tab, then go on here";

// The token is asked for each time: signing in again in another tab brings a new one.
function token() {
  const name = `${document.body.dataset.csrfCookie}=`;
  return document.cookie.split("; ").find((each) => each.startsWith(name))?.slice(name.length) ?? "";
}

export function send(address, options = {}) {
  return fetch(address, {
    ...options,
    headers: { Accept: "application/json", "X-CSRFToken": token(), "X-Requested-With": "XMLHttpRequest", ...options.headers },
    signal: AbortSignal.timeout(PATIENCE),
  });
}

// A polite line beside the button; the same words are not read out twice.
export function statusLine(after) {
  const line = Object.assign(document.createElement("p"), { className: "app-save-state" });
  line.setAttribute("role", "status");
  after.after(line);
  return (words, ...more) => {
    if (line.firstChild?.textContent !== words || more.length || line.childNodes.length > 1) line.replaceChildren(words, ...more);
    line.classList.toggle("app-save-state--not", /^(Not|Signed out|Open)/.test(words));
  };
}

export function press(words, act) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "app-press", textContent: words });
  button.addEventListener("click", act);
  return button;
}

// Saves after a pause, one at a time, and goes on trying. `what.read()` gives the words, `what.post(words, unsure)`
// sends them and says which were sent before without an answer, `what.answered(status, told)` knows the answers that are neither success nor lasting trouble.
export class Keeper {
  failures = 0;
  unsure = [];

  constructor(what) {
    this.what = what;
    this.kept = what.read();
    addEventListener("online", () => this.isDirty && this.save());
    addEventListener("focus", () => this.isDirty && this.state === SIGNED_OUT && this.save());
    document.addEventListener("visibilitychange", () => document.hidden && this.isDirty && this.save(true));
    addEventListener("beforeunload", (event) => { if (this.isDirty && this.state) event.preventDefault(); });
  }

  get isDirty() { return !this.ended && this.what.read() !== this.kept; }

  typed() {
    if (!this.isDirty) return;
    this.since ??= Date.now();
    this.soon(Math.max(0, Math.min(PAUSE, this.since + AT_THE_LATEST - Date.now())));
  }

  soon(wait) { clearTimeout(this.waiting); this.waiting = setTimeout(() => this.save(), wait); }

  // Resolves when nothing is left to save, or when it cannot be saved now.
  save(closing = false) {
    clearTimeout(this.waiting);
    this.saving = (this.saving ?? Promise.resolve()).catch(() => {}).then(() => this.isDirty && this.attempt(closing));
    return this.saving;
  }

  async attempt(closing) {
    const words = this.what.read();
    this.since = undefined;
    let answer, told = {};
    try {
      answer = await this.what.post(words, this.unsure, closing && words.length < SMALL);
      told = await answer.json().catch(() => ({}));
    } catch {
      this.perhapsTaken(words);
      return this.tryAgain(OFFLINE);
    }
    if (answer.ok && told.number !== undefined) {
      Object.assign(this, { kept: words, unsure: [], failures: 0, state: "" });
      this.what.saved(told);
      return this.isDirty && this.typed();
    }
    if (answer.status === 401 || answer.status === 403 || answer.redirected) return this.tryAgain(SIGNED_OUT, SIGNED_IN_YET);
    if (answer.status === 503) {
      this.perhapsTaken(words); // the record may have gone away after it had them
      return this.tryAgain(AWAY);
    }
    if (this.what.answered(answer.status, told)) return undefined;
    return this.tryAgain(TROUBLE);
  }

  // Sent, and perhaps taken: said with the next try, so that nobody conflicts with themselves.
  perhapsTaken(words) {
    if (!navigator.onLine || this.unsure.includes(words)) return;
    this.unsure.push(words);
    while (this.unsure.length > 1 && this.unsure.join("").length > MOST_UNSURE) this.unsure.shift();
  }

  tryAgain(words, wait = Math.min(SLOWEST, 1_000 * 2 ** this.failures) * (0.5 + Math.random() / 2)) {
    this.failures += 1;
    this.state = words;
    this.what.say(words);
    this.soon(wait);
  }

  // The last words before a form goes: true when they are kept, or when keeping them would only hold it up.
  async lastWords() {
    await Promise.race([this.save(), new Promise((go) => { setTimeout(go, LAST_WORDS); })]);
    return ![OFFLINE, AWAY, SIGNED_OUT].includes(this.state);
  }
}

// <form data-autosave>: a draft of this form, for this person alone.

const HIDDEN = ["csrfmiddlewaretoken", "draft", "draft-saved-at"];

class DraftOf {
  constructor(form) {
    this.form = form;
    this.place = new URL(form.action, location.href).pathname + (form.id ? `#${form.id}` : "");
    this.address = `${document.body.dataset.drafts}?place=${encodeURIComponent(this.place)}`;
    this.number = 0;
    const buttons = form.querySelectorAll("button[type=submit], button:not([type])");
    this.say = statusLine(buttons[buttons.length - 1] ?? form.lastElementChild);
    this.keeper = new Keeper(this);
    this.whenAsked = this.ask();
    form.addEventListener("input", () => this.keeper.typed());
    form.addEventListener("change", () => this.keeper.typed());
    form.addEventListener("submit", (event) => this.submitted(event));
    addEventListener("pageshow", ({ persisted }) => { if (persisted) this.isGoing = this.keeper.ended = false; });
  }

  get fields() { return [...this.form.elements].filter((each) => each.name && !HIDDEN.includes(each.name) && !["password", "file", "submit", "button"].includes(each.type)); }

  read() {
    const typed = {}, names = new Set(this.fields.map((each) => each.name));
    for (const [name, value] of new FormData(this.form)) if (names.has(name) && typeof value === "string") (typed[name] ??= []).push(value);
    return JSON.stringify(typed);
  }

  fill(typed) {
    const left = structuredClone(typed);
    for (const field of this.fields) {
      const values = left[field.name] ?? [];
      if (["checkbox", "radio"].includes(field.type)) field.checked = values.includes(field.value);
      else if (field.multiple) [...field.options].forEach((option) => { option.selected = values.includes(option.value); });
      else if (field.type !== "hidden" && values.length) field.value = values.shift();
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }

  async ask() {
    const told = await send(this.address).then((answer) => (answer.ok ? answer.json() : {})).catch(() => ({}));
    if (told.draft) this.number = told.draft.number;
    if (document.querySelector(".govuk-error-summary")) return; // what was just sent is newer than any draft
    if (this.keeper.isDirty) return this.keeper.typed(); // somebody was quicker than the answer
    if (told.draft && JSON.stringify(told.draft.typed) !== this.keeper.kept) {
      this.asItCame = JSON.parse(this.keeper.kept);
      this.fill(told.draft.typed);
      this.keeper.kept = this.read();
      this.say(`Your draft of ${told.draft.at} on ${told.draft.day} is back. `, press("Throw it away", () => this.throwAway()));
      this.offerAside(told.aside);
    } else this.offerAside(told.aside);
  }

  offerAside(aside) {
    if (!aside) return;
    const note = Object.assign(document.createElement("p"), { className: "app-save-state" });
    note.append(`You also typed into this form on a second page, at ${aside.at} on ${aside.day}. `);
    note.append(press("Show that instead", () => { note.remove(); this.fill(aside.typed); this.instead(); }), " ");
    note.append(press("Throw that away", () => { note.remove(); send(`${this.address}&aside=1`, { method: "DELETE" }).catch(() => {}); }));
    this.form.before(note);
  }

  async throwAway() {
    const gone = await send(this.address, { method: "DELETE" }).catch(() => ({}));
    if (!gone.ok) return this.say("Not thrown away – no connection");
    this.number = 0;
    this.fill(this.asItCame);
    this.keeper.kept = this.read();
    this.say("The draft is thrown away.");
    return this.fields.find((each) => each.type !== "hidden")?.focus();
  }

  async post(words, unsure, closing) {
    await this.whenAsked;
    const body = JSON.stringify({ place: this.place, number: this.number, typed: JSON.parse(words), unsure: unsure.map((each) => JSON.parse(each)), instead: this.isInstead });
    return send(document.body.dataset.drafts, { method: "POST", headers: { "Content-Type": "application/json" }, body, keepalive: closing });
  }

  saved({ number, at }) {
    Object.assign(this, { number, at, isInstead: false });
    this.say(`Saved as a draft at ${at}`);
    this.unsent?.("");
  }

  instead() { this.isInstead = true; this.keeper.kept = ""; return this.keeper.save(); }

  answered(status, told) {
    if (status === 409) {
      this.keeper.state = "Open in another tab";
      this.say(`Open in another tab or by you elsewhere – that one is newer, of ${told.at}. Both are kept. `, press("Go on with this one", () => this.instead()));
    } else if (status === 410) {
      this.number = 0;
      this.say("Sent meanwhile from another tab. What you type here from now on is kept as a new draft.");
    } else if ([400, 413, 422].includes(status)) {
      this.keeper.state = "Not saved";
      this.say(`Not saved as a draft – ${told.said ?? "this form cannot be kept."}`);
    } else return false;
    return true;
  }

  // Said beside the button until the draft is saved again: the next try would cover it in the line itself.
  notSent() {
    this.unsent ??= statusLine(this.form.querySelector(".app-save-state"));
    this.unsent("Not sent. Press the button again when the draft is saved.");
  }

  sendAlong(name, value) {
    this.form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }

  async submitted(event) {
    if (this.isGoing || event.defaultPrevented) return;
    event.preventDefault();
    const { submitter } = event;
    if (!(await this.keeper.lastWords())) return this.notSent();
    // With nothing left to save this is still inside the submit event, in which a browser ignores another one.
    await new Promise((next) => { setTimeout(next); });
    this.isGoing = this.keeper.ended = true;
    clearTimeout(this.keeper.waiting);
    const { csrfmiddlewaretoken } = this.form.elements;
    if (csrfmiddlewaretoken && token()) csrfmiddlewaretoken.value = token(); // whoever signed in again has another one
    this.sendAlong("draft", this.place);
    if (this.at) this.sendAlong("draft-saved-at", this.at); // for a page that cannot ask for it
    if (submitter) this.form.requestSubmit(submitter);
    else this.form.requestSubmit();
  }
}

document.querySelectorAll("form[data-autosave]").forEach((form) => new DraftOf(form));

// Minutes: saved as they are typed, one writer at an item, the others reading. The form works without this.
import { Keeper, send, statusLine } from "./autosave.js";

const STILL_WRITING = 20_000; // as long as somebody types, the others are told anew in good time
const LOOK_AGAIN = 15_000; // a hold lapses without a word, if its writer's machine dies

class ItemOf {
  constructor(form) {
    Object.assign(this, { form, text: form.elements.text, basedOn: form.elements.based_on, heldAt: 0 });
    this.takeOver = document.getElementById(form.dataset.takeOver);
    this.region = document.getElementById(form.dataset.region);
    this.say = statusLine(form.querySelector("button[type=submit]"));
    this.keeper = new Keeper(this);
    this.text.addEventListener("input", () => { this.hold(); this.keeper.typed(); });
    form.addEventListener("submit", (event) => { event.preventDefault(); this.saveNow(); });
    addEventListener("pagehide", () => this.isMine && this.tell("release", true));
    new MutationObserver(() => this.others()).observe(this.region, { childList: true, subtree: true });
    setInterval(() => this.text.readOnly && this.region.look?.(false), LOOK_AGAIN);
    this.others();
  }

  read() { return this.text.value; }

  post(words, unsure, closing) {
    const body = new FormData(this.form);
    body.delete("csrfmiddlewaretoken"); // the token of the page may be older than the session
    body.set("text", words);
    unsure.forEach((each) => body.append("unsure", each));
    return send(this.form.action, { method: "POST", body, keepalive: closing });
  }

  saved({ number, at, warnings }) {
    this.basedOn.value = number;
    this.say(`Saved at ${at}`);
    this.warn(warnings ?? []);
  }

  answered(status, told) {
    if (status === 409) {
      const link = Object.assign(document.createElement("a"), { className: "govuk-link", href: told.choose, textContent: "Compare the two and choose" });
      this.keeper.state = "Not in the minutes yet";
      this.keeper.kept = this.read(); // it is on the server, beside the other text
      this.say(`Not in the minutes yet – ${told.who} saved something else at ${told.at}. Both texts are kept. `, link);
    } else if ([400, 404, 413, 422, 423].includes(status)) {
      this.keeper.state = "Not saved";
      this.say(`Not saved – ${told.said ?? "this page is not there for you any more. Copy your text."}`);
    } else return false;
    return true;
  }

  async saveNow() {
    if (!this.keeper.isDirty) return this.say("Nothing new to save");
    return this.keeper.save();
  }

  warn(warnings) {
    const list = document.getElementById(this.form.dataset.warnings);
    list.hidden = !warnings.length;
    list.querySelector("ul").replaceChildren(...warnings.map((words) => Object.assign(document.createElement("li"), { textContent: words })));
  }

  // Who is writing

  async hold() {
    if (Date.now() - this.heldAt < STILL_WRITING) return;
    this.heldAt = Date.now();
    const told = await this.tell("hold");
    this.isMine = told?.mine ?? this.isMine;
    if (told && !told.mine) this.stepBack(told.holder);
  }

  tell(what, closing = false) {
    const body = new FormData();
    body.set("what", what);
    return send(this.form.dataset.hold, { method: "POST", body, keepalive: closing }).then((answer) => (answer.ok ? answer.json() : null)).catch(() => null);
  }

  // The live part has changed: somebody else holds the item now, or has let go of it, or has saved.
  async others() {
    const now = this.region.querySelector("[data-number]")?.dataset;
    if (!now) return;
    if (now.holder && now.mine !== "yes") return this.stepBack(now.holder);
    if (this.text.readOnly) this.comeForward();
    if (Number(now.number) > Number(this.basedOn.value) && !this.keeper.isDirty && !this.keeper.state) await this.catchUp();
  }

  async stepBack(holder) {
    if (this.text.readOnly) return;
    await this.keeper.save(); // what was typed before the other took over
    Object.assign(this, { isMine: false, heldAt: 0 });
    this.text.readOnly = true;
    this.takeOver.hidden = false;
    if (!this.keeper.state) this.say(`${holder} is writing here – read only`);
  }

  comeForward() {
    this.text.readOnly = false;
    this.takeOver.hidden = true;
    if (!this.keeper.state) this.say("Nobody else is writing here now");
  }

  async catchUp() {
    const told = await send(this.region.getAttribute("src")).then((answer) => (answer.ok ? answer.json() : null)).catch(() => null);
    if (!told || this.keeper.isDirty) return;
    const { selectionStart, selectionEnd } = this.text;
    this.text.value = told.text;
    this.basedOn.value = told.number;
    this.keeper.kept = this.read();
    this.text.setSelectionRange(selectionStart, selectionEnd);
  }
}

document.querySelectorAll("form[data-writing]").forEach((form) => new ItemOf(form));

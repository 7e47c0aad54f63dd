// A passkey is asked for by the browser, which alone may. What it answers goes into a hidden field, and the form is sent
// like any other; the server judges it. Nothing is asked before somebody presses the button.
import { statusLine } from "./autosave.js";

const OTHER_WAY = "Press the button again, or take another way.";
const WHY_NOT = {
  NotAllowedError: `Not done – the question was closed, or nobody answered it in time. ${OTHER_WAY}`,
  InvalidStateError: "Not added – this passkey is in your list already.",
  SecurityError: "Not done – passkeys do not work at this address.",
  NotSupportedError: "Not done – this machine has no passkey of a kind that is taken here. Take another way.",
};
const NO_PASSKEYS = "Not done – this browser has no passkeys. Take another way.";

// In a form and in JSON, bytes are letters (base64url).
const bytes = (letters) => Uint8Array.from(atob(letters.replaceAll("-", "+").replaceAll("_", "/")), (each) => each.charCodeAt(0));
const letters = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const named = (list = []) => list.map((each) => ({ ...each, id: bytes(each.id) }));

async function made(asked) {
  const { id, response } = await navigator.credentials.create({
    publicKey: { ...asked, challenge: bytes(asked.challenge), user: { ...asked.user, id: bytes(asked.user.id) }, excludeCredentials: named(asked.excludeCredentials) },
  });
  return { id, rawId: id, type: "public-key", response: { clientDataJSON: letters(response.clientDataJSON), attestationObject: letters(response.attestationObject) } };
}

async function answered(asked) {
  const { id, response } = await navigator.credentials.get({
    publicKey: { ...asked, challenge: bytes(asked.challenge), allowCredentials: named(asked.allowCredentials) },
  });
  const told = { clientDataJSON: letters(response.clientDataJSON), authenticatorData: letters(response.authenticatorData), signature: letters(response.signature) };
  if (response.userHandle?.byteLength) told.userHandle = letters(response.userHandle);
  return { id, rawId: id, type: "public-key", response: told };
}

class PasskeyOf {
  constructor(form) {
    this.form = form;
    this.field = form.querySelector("[data-passkey-answer]");
    this.say = statusLine(form.querySelector("button"));
    form.addEventListener("submit", (event) => this.submitted(event));
  }

  // What else the form asks is missing: the server says so, and no passkey is made in vain.
  get isUnfinished() { return [...this.form.elements].some((each) => each.type === "text" && !each.value.trim()); }

  async submitted(event) {
    if (this.isUnfinished) return;
    event.preventDefault();
    if (this.isAsking) return;
    if (!window.PublicKeyCredential) { this.say(NO_PASSKEYS); return; }
    this.isAsking = true;
    this.say("Your browser is asking for your passkey.");
    const asked = JSON.parse(this.form.dataset.asked);
    try {
      this.field.value = JSON.stringify(await (this.form.dataset.passkey === "make" ? made(asked) : answered(asked)));
      this.say("Thank you. One moment.");
      this.form.submit();
    } catch (why) {
      this.say(WHY_NOT[why.name] ?? `Not done – the browser could not ask for a passkey. ${OTHER_WAY}`);
    }
    this.isAsking = false;
  }
}

document.querySelectorAll("form[data-passkey]").forEach((form) => new PasskeyOf(form));

// The check of an action as one types: after a pause the five letters are asked for again and shown in place.
import { send } from "./autosave.js";

const PAUSE = 500, ANNOUNCE_EVERY = 5_000;
const form = document.querySelector("form[data-smart]");
const shown = document.getElementById("smart"), lost = document.getElementById("smart-lost");
const status = document.getElementById("smart-status");
let pause, waiting, asked = 0, quietUntil = 0, lastSaid = "";

// Read out politely, at most once in five seconds, only what is new, the newest winning.
function announce(text) {
  clearTimeout(waiting);
  if (text === lastSaid) return;
  waiting = setTimeout(() => {
    quietUntil = Date.now() + ANNOUNCE_EVERY;
    status.textContent = lastSaid = text;
  }, Math.max(0, quietUntil - Date.now()));
}

async function look() {
  const number = ++asked;
  const body = new FormData(form);
  body.delete("csrfmiddlewaretoken"); // the token of the page may be older than the session
  const answer = await send(form.dataset.smart, { method: "POST", body }).catch(() => ({}));
  if (number !== asked) return; // an older answer never covers a newer one
  lost.hidden = Boolean(answer.ok && !answer.redirected);
  if (!lost.hidden) return;
  shown.innerHTML = await answer.text();
  announce(document.getElementById("smart-in-words")?.textContent ?? "");
}

form?.addEventListener("input", () => { clearTimeout(pause); pause = setTimeout(look, PAUSE); });

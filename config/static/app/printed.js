// A page about a case that is printed is told to the read log. Without script a print is not seen; the record says so.
import { send } from "./autosave.js";

window.addEventListener("beforeprint", () => {
  const address = document.querySelector("[data-printed]")?.dataset.printed;
  if (address) send(address, { method: "POST", body: new URLSearchParams({ page: location.pathname }), keepalive: true });
});

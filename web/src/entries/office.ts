/** The staff's pages: forms work alone; scripts add passkeys, live turnout and printing. */

import { showPasskeys } from "../organiser/passkeys.ts";
import { followTurnout } from "../organiser/turnout.ts";

/** A set-up link's token stands in the fragment, which only the page sees. */
function takeLink(): void {
  const token = location.hash.slice(1);
  if (token === "") {
    return;
  }
  for (const each of document.querySelectorAll<HTMLInputElement>('input[name="link"]')) {
    each.value = token;
    const field = each.closest<HTMLElement>("[data-link]");
    if (field) {
      field.hidden = true;
    }
  }
  history.replaceState(null, "", location.pathname + location.search);
}

if (location.pathname === "/staff/set-up") {
  takeLink();
}
for (const each of document.querySelectorAll<HTMLElement>("[data-passkey]")) {
  showPasskeys(each);
}
for (const each of document.querySelectorAll<HTMLElement>("[data-stream]")) {
  followTurnout(each);
}
for (const each of document.querySelectorAll<HTMLElement>("[data-print]")) {
  each.addEventListener("click", () => print());
}

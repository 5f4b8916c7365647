/** The public's page of an election: it reads without scripts, and moves with them. */

import { follow } from "../observer/live.ts";

for (const each of document.querySelectorAll<HTMLElement>("[data-stream]:not([data-ended])")) {
  follow(each);
}

/** The trustee's pages: a key file is made, or opened and its secret handed in. */

import { handIn } from "../organiser/handing.ts";
import { makeKey } from "../organiser/making.ts";
import { find } from "../ui/elements.ts";

const place = find<HTMLElement>("#trustee");
if (place.dataset["act"] === "make") {
  makeKey(place);
} else {
  handIn(place);
}

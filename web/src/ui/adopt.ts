/**
 * Making one element like another without putting a new one in its place: what is the same stays,
 * with its focus, its open details and its reader's place; what differs moves.
 */

const KEPT = "open";

/** Give `now` the attributes, texts and children of `wanted`, which must be of the same name. */
export function adopt(now: Element, wanted: Element): void {
  for (const { name } of [...now.attributes]) {
    if (!wanted.hasAttribute(name) && name !== KEPT) {
      now.removeAttribute(name);
    }
  }
  for (const { name, value } of wanted.attributes) {
    if (now.getAttribute(name) !== value && name !== KEPT) {
      now.setAttribute(name, value);
    }
  }
  adoptChildren(now, wanted);
}

function adoptChildren(now: Element, wanted: Element): void {
  const present = [...now.childNodes];
  const coming = [...wanted.childNodes];
  if (present.length !== coming.length || !present.every((each, at) => isLike(each, coming[at]))) {
    now.replaceChildren(...coming);
    return;
  }
  for (const [at, each] of present.entries()) {
    const other = coming[at];
    if (each instanceof Element && other instanceof Element) {
      adopt(each, other);
    } else if (other && each.nodeValue !== other.nodeValue) {
      each.nodeValue = other.nodeValue;
    }
  }
}

function isLike(one: Node, other: Node | undefined): boolean {
  return one.nodeType === other?.nodeType && one.nodeName === other.nodeName;
}

/** Where a ballot's fields lie (docs/protocol.md section 5). */

import { CHOOSE_ONE, givesPoints, type Item, RANKING } from "./agenda.ts";

const BYTE_MAX = 255;

/** Bytes of one option number. */
export function numberWidth(item: Item): number {
  return item.options <= BYTE_MAX ? 1 : 2;
}

/** Bytes of one option's points. */
export function pointsWidth(item: Item): number {
  return item.points <= BYTE_MAX ? 1 : 2;
}

/** Whether a set of options is a bitmap: the shorter form, and the form at equal length. */
export function usesBitmap(item: Item): boolean {
  return Math.ceil(item.options / 8) <= item.maximum * numberWidth(item);
}

/** Bytes of the item's field. */
export function fieldLength(item: Item): number {
  if (item.method === CHOOSE_ONE) {
    return numberWidth(item);
  }
  if (givesPoints(item)) {
    return item.options * pointsWidth(item);
  }
  const asList = item.maximum * numberWidth(item);
  return item.method === RANKING ? asList : Math.min(Math.ceil(item.options / 8), asList);
}

/** L, the bytes of a whole ballot's padded choices. */
export function choicesLength(items: readonly Item[]): number {
  return items.reduce((sum, item) => sum + fieldLength(item), 0);
}

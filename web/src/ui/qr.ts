/**
 * QR codes (ISO/IEC 18004): text of up to 213 bytes, error correction M, versions 1 to 10.
 *
 * The mask with the fewest penalty points is taken, as the standard says.
 */

import { makeSvg } from "./elements.ts";

/** Dark modules, row by row. */
export type Modules = readonly (readonly boolean[])[];

/** Error correction codewords a block, and the data codewords of each block, by version. */
const BLOCKS: readonly (readonly [number, readonly number[]])[] = [
  [10, [16]],
  [16, [28]],
  [26, [44]],
  [18, [32, 32]],
  [24, [43, 43]],
  [16, [27, 27, 27, 27]],
  [18, [31, 31, 31, 31]],
  [22, [38, 38, 39, 39]],
  [22, [36, 36, 36, 37, 37]],
  [26, [43, 43, 43, 43, 44]],
];
const ALIGNMENT: readonly (readonly number[])[] = [
  [],
  [6, 18],
  [6, 22],
  [6, 26],
  [6, 30],
  [6, 34],
  [6, 22, 38],
  [6, 24, 42],
  [6, 26, 46],
  [6, 28, 50],
];
const MASKS: readonly ((row: number, column: number) => boolean)[] = [
  (r, c) => (r + c) % 2 === 0,
  (r) => r % 2 === 0,
  (_, c) => c % 3 === 0,
  (r, c) => (r + c) % 3 === 0,
  (r, c) => (Math.floor(r / 2) + Math.floor(c / 3)) % 2 === 0,
  (r, c) => ((r * c) % 2) + ((r * c) % 3) === 0,
  (r, c) => (((r * c) % 2) + ((r * c) % 3)) % 2 === 0,
  (r, c) => (((r + c) % 2) + ((r * c) % 3)) % 2 === 0,
];
const QUIET = 4;
const FORMAT_POLYNOMIAL = 0x537;
const FORMAT_MASK = 0x5412;
const VERSION_POLYNOMIAL = 0x1f25;

/** The code of a text; raises `RangeError` for one that is too long. */
export function qrCode(text: string): Modules {
  const data = new TextEncoder().encode(text);
  const version = BLOCKS.findIndex(
    ([, blocks], at) => data.length <= capacity(blocks) - (at + 1 > 9 ? 3 : 2),
  );
  if (version < 0) {
    throw new RangeError(`${data.length} bytes do not fit a code`);
  }
  const codewords = interleaved(version, padded(version, data));
  const drawn = MASKS.map((_, mask) => draw(version + 1, codewords, mask));
  return drawn.reduce((best, each) => (penalty(each) < penalty(best) ? each : best));
}

/** The code as a picture, dark on light whatever the page looks like. */
export function qrPicture(modules: Modules, label: string): SVGSVGElement {
  const size = modules.length + 2 * QUIET;
  const path = modules
    .flatMap((row, y) => row.map((dark, x) => (dark ? `M${x + QUIET} ${y + QUIET}h1v1h-1z` : "")))
    .join("");
  return makeSvg(
    "svg",
    { viewBox: `0 0 ${size} ${size}`, role: "img", "aria-label": label, class: "qr" },
    makeSvg("rect", { width: size, height: size, fill: "#ffffff" }),
    makeSvg("path", { d: path, fill: "#000000", "shape-rendering": "crispEdges" }),
  );
}

function capacity(blocks: readonly number[]): number {
  return blocks.reduce((sum, each) => sum + each, 0);
}

function padded(version: number, data: Uint8Array): number[] {
  const length = capacity(BLOCKS[version]?.[1] ?? []);
  const wide = version + 1 > 9;
  const bits = [0, 1, 0, 0, ...binary(data.length, wide ? 16 : 8)];
  for (const byte of data) {
    bits.push(...binary(byte, 8));
  }
  bits.push(...[0, 0, 0, 0].slice(0, length * 8 - bits.length));
  while (bits.length % 8 !== 0) {
    bits.push(0);
  }
  const bytes = Array.from({ length: bits.length / 8 }, (_, at) =>
    bits.slice(at * 8, at * 8 + 8).reduce((value, bit) => value * 2 + bit, 0),
  );
  for (let at = 0; bytes.length < length; at += 1) {
    bytes.push(at % 2 === 0 ? 0xec : 0x11);
  }
  return bytes;
}

function binary(value: number, width: number): number[] {
  return Array.from({ length: width }, (_, at) => (value >> (width - 1 - at)) & 1);
}

function interleaved(version: number, data: readonly number[]): number[] {
  const [parity, sizes] = BLOCKS[version] ?? [0, []];
  let at = 0;
  const blocks = sizes.map((size) => {
    at += size;
    return data.slice(at - size, at);
  });
  const checks = blocks.map((block) => remainder(block, parity));
  const turn = (lists: readonly (readonly number[])[]) =>
    Array.from({ length: Math.max(...lists.map((each) => each.length)) }, (_, place) =>
      lists.flatMap((each) => each.slice(place, place + 1)),
    ).flat();
  return [...turn(blocks), ...turn(checks)];
}

/** Multiply in GF(2⁸) modulo x⁸+x⁴+x³+x²+1. */
function multiply(one: number, other: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit -= 1) {
    product = (product << 1) ^ ((product >> 7) * 0x11d);
    product ^= ((other >> bit) & 1) * one;
  }
  return product;
}

/** Reed and Solomon's check codewords of a block. */
function remainder(block: readonly number[], parity: number): number[] {
  let generator = [1];
  let root = 1;
  for (let at = 0; at < parity; at += 1) {
    const shifted = [...generator, 0];
    generator = shifted.map((value, place) =>
      place === 0 ? value : value ^ multiply(generator[place - 1] ?? 0, root),
    );
    root = multiply(root, 2);
  }
  const rest = [...block, ...new Array<number>(parity).fill(0)];
  for (let at = 0; at < block.length; at += 1) {
    const factor = rest[at] ?? 0;
    generator.forEach((value, place) => {
      rest[at + place] = (rest[at + place] ?? 0) ^ multiply(value, factor);
    });
  }
  return rest.slice(block.length);
}

type Board = (boolean | null)[][];

function draw(version: number, codewords: readonly number[], mask: number): boolean[][] {
  const size = 17 + 4 * version;
  const board: Board = Array.from({ length: size }, () =>
    new Array<boolean | null>(size).fill(null),
  );
  drawFixed(board, version);
  drawFormat(board, mask);
  const bits = codewords.flatMap((each) => binary(each, 8));
  let at = 0;
  const flips = MASKS[mask] ?? (() => false);
  for (let right = size - 1; right > 0; right -= 2) {
    const column = right <= 6 ? right - 1 : right;
    const upward = ((size - 1 - right) / 2) % 2 === 0;
    for (let step = 0; step < size; step += 1) {
      const row = upward ? size - 1 - step : step;
      for (const x of [column, column - 1]) {
        if (board[row]?.[x] === null) {
          set(board, row, x, (bits[at] === 1) !== flips(row, x));
          at += 1;
        }
      }
    }
  }
  return board.map((row) => row.map(Boolean));
}

function set(board: Board, row: number, column: number, dark: boolean): void {
  const line = board[row];
  if (line && column >= 0 && column < line.length) {
    line[column] = dark;
  }
}

function drawFixed(board: Board, version: number): void {
  const size = board.length;
  for (let at = 8; at < size - 8; at += 1) {
    set(board, 6, at, at % 2 === 0);
    set(board, at, 6, at % 2 === 0);
  }
  for (const [row, column] of [
    [3, 3],
    [3, size - 4],
    [size - 4, 3],
  ] as const) {
    square(board, row, column, 4, (ring) => ring !== 2 && ring !== 4);
  }
  const places = ALIGNMENT[version - 1] ?? [];
  const last = places.at(-1);
  for (const row of places) {
    for (const column of places) {
      const corner =
        (row === 6 && (column === 6 || column === last)) || (row === last && column === 6);
      if (!corner) {
        square(board, row, column, 2, (ring) => ring !== 1);
      }
    }
  }
  if (version >= 7) {
    const code = (version << 12) | checked(version, VERSION_POLYNOMIAL, 12);
    for (let at = 0; at < 18; at += 1) {
      const [long, short] = [Math.floor(at / 3), size - 11 + (at % 3)];
      set(board, long, short, ((code >> at) & 1) === 1);
      set(board, short, long, ((code >> at) & 1) === 1);
    }
  }
}

function square(
  board: Board,
  row: number,
  column: number,
  reach: number,
  dark: (ring: number) => boolean,
): void {
  for (let y = -reach; y <= reach; y += 1) {
    for (let x = -reach; x <= reach; x += 1) {
      set(board, row + y, column + x, dark(Math.max(Math.abs(x), Math.abs(y))));
    }
  }
}

/** The remainder of `value` shifted, over GF(2). */
function checked(value: number, polynomial: number, width: number): number {
  let rest = value;
  for (let at = 0; at < width; at += 1) {
    rest = (rest << 1) ^ ((rest >> (width - 1)) * polynomial);
  }
  return rest & ((1 << width) - 1);
}

function drawFormat(board: Board, mask: number): void {
  const size = board.length;
  const code = ((mask << 10) | checked(mask, FORMAT_POLYNOMIAL, 10)) ^ FORMAT_MASK;
  const bit = (at: number) => ((code >> at) & 1) === 1;
  for (let at = 0; at < 15; at += 1) {
    const down = at < 6 ? at : at < 8 ? at + 1 : size - 15 + at;
    const left = at < 8 ? size - 1 - at : at === 8 ? 7 : 14 - at;
    set(board, down, 8, bit(at));
    set(board, 8, left, bit(at));
  }
  set(board, size - 8, 8, true);
}

function penalty(modules: Modules): number {
  const size = modules.length;
  const columns = modules.map((_, x) => modules.map((row) => row[x] ?? false));
  const lines = [...modules, ...columns];
  let points = 0;
  for (const line of lines) {
    const text = line.map((dark) => (dark ? "1" : "0")).join("");
    for (const run of text.match(/1{5,}|0{5,}/g) ?? []) {
      points += run.length - 2;
    }
    for (const found of ["10111010000", "00001011101"]) {
      for (let at = text.indexOf(found); at >= 0; at = text.indexOf(found, at + 1)) {
        points += 40;
      }
    }
  }
  for (let y = 0; y + 1 < size; y += 1) {
    for (let x = 0; x + 1 < size; x += 1) {
      const sum = [y, y + 1].flatMap((row) => [modules[row]?.[x], modules[row]?.[x + 1]]);
      points += sum.every((each) => each === sum[0]) ? 3 : 0;
    }
  }
  const dark = modules.flat().filter(Boolean).length;
  return points + 10 * Math.floor(Math.abs((dark * 20) / (size * size) - 10));
}

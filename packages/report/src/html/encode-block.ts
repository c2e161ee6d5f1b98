import type { ResultRow } from '@testbench/bench/results';

import { MAX_PAGE_TEXT_CHARACTERS } from '../limits.js';

/** A row of a page: its shape as JSON with every text empty, and the texts in order of appearance. */
export interface EncodedRow {
  readonly shape: string;
  readonly texts: readonly string[];
  readonly characters: number;
}

/** Fields of a row that are columns of the index. */
const IN_INDEX = [
  'index',
  'id',
  'prompt',
  'provider',
  'model',
  'epoch',
  'group',
  'scores',
  'passed',
] as const;

/** The part of a row that a block holds; the rest is in the columns of the index. */
export type BlockRow = Omit<ResultRow, (typeof IN_INDEX)[number]> & {
  /** `expected` as JSON if it is not a text, so that a search finds it. */
  readonly expectedJson?: string;
};

/** Separates two texts, so that no search matches across them. */
const SEPARATOR = '\u0000';

/** Splits a row into its shape and its texts, each cut to the length that a page shows. */
export function encodeRow(row: ResultRow): EncodedRow {
  const { expected } = row;
  const isText = expected === undefined || typeof expected === 'string';
  const shown: BlockRow = {
    ...row,
    ...Object.fromEntries(IN_INDEX.map((name) => [name, undefined])),
    ...(isText ? {} : { expected: undefined, expectedJson: JSON.stringify(expected) }),
  };
  const texts: string[] = [];
  let characters = 0;
  const shape = JSON.stringify(shown, (_key, value: unknown) => {
    if (typeof value !== 'string') return value;
    const text = cutText(value);
    texts.push(text);
    characters += text.length;
    return '';
  });
  return { shape, texts, characters: characters + shape.length };
}

function cutText(text: string): string {
  const more = text.length - MAX_PAGE_TEXT_CHARACTERS;
  if (more <= 0) return text;
  return `${text.slice(0, MAX_PAGE_TEXT_CHARACTERS)}… (${more} more characters are in the run)`;
}

/**
 * One block as text: a line of JSON with shapes and lengths, followed by all texts, which are searched as they are, without decoding the rows.
 */
export function formatBlock(rows: readonly EncodedRow[]): string {
  const head = JSON.stringify({
    shapes: rows.map(({ shape }) => shape),
    lengths: rows.map(({ texts }) => texts.map(({ length }) => length)),
  });
  const body = rows.flatMap(({ texts }) => texts);
  return `${head}\n${body.join(SEPARATOR)}`;
}

/** A parsed block: its texts, and where those of each row begin. */
export class Block {
  readonly #head: string;
  readonly #body: string;
  #shapes: readonly string[] | undefined;
  #lengths: readonly (readonly number[])[] | undefined;
  #starts: number[] | undefined;
  #folded: string | undefined;
  #foldedStarts: readonly number[] | undefined;

  constructor(text: string) {
    const end = text.indexOf('\n');
    this.#head = text.slice(0, end);
    this.#body = text.slice(end + 1);
  }

  /** The row at a position in this block. */
  row(position: number): BlockRow {
    this.#open();
    let start = this.#starts![position]!;
    const texts = this.#lengths![position]!.map((length) => {
      const text = this.#body.slice(start, start + length);
      start += length + SEPARATOR.length;
      return text;
    });
    let next = 0;
    const fill = (value: unknown): unknown => {
      if (typeof value === 'string') return texts[next++];
      if (Array.isArray(value)) return value.map(fill);
      if (typeof value !== 'object' || value === null) return value;
      // Names such as "__proto__" are treated like any other.
      return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fill(each)]));
    };
    return fill(JSON.parse(this.#shapes![position]!)) as BlockRow;
  }

  /**
   * Positions of the rows whose texts contain a text.
   *
   * @param wanted In lower case.
   */
  search(wanted: string): number[] {
    const folded = this.#fold();
    const starts = this.#foldedStarts!;
    const found: number[] = [];
    let row = 0;
    let at = folded.indexOf(wanted);
    while (at !== -1) {
      while (row + 1 < starts.length && starts[row + 1]! <= at) row += 1;
      found.push(row);
      // Continue with the next row.
      const next = starts[row + 1];
      if (next === undefined) break;
      at = folded.indexOf(wanted, next);
    }
    return found;
  }

  #open(): void {
    if (this.#shapes !== undefined) return;
    const { shapes, lengths } = JSON.parse(this.#head) as {
      shapes: string[];
      lengths: number[][];
    };
    this.#shapes = shapes;
    this.#lengths = lengths;
    let start = 0;
    this.#starts = lengths.map((row) => {
      const begin = start;
      for (const length of row) start += length + SEPARATOR.length;
      return begin;
    });
  }

  /** All texts in lower case. */
  #fold(): string {
    if (this.#folded !== undefined) return this.#folded;
    this.#open();
    const folded = this.#body.toLowerCase();
    this.#foldedStarts = this.#starts!;
    this.#folded = folded;
    // A few letters, such as İ, are longer in lower case.
    if (folded.length !== this.#body.length) this.#foldByRow();
    return this.#folded;
  }

  #foldByRow(): void {
    const starts = this.#starts!;
    const parts = starts.map((start, row) =>
      this.#body.slice(start, starts[row + 1] ?? this.#body.length).toLowerCase(),
    );
    let start = 0;
    this.#foldedStarts = parts.map((part) => {
      const begin = start;
      start += part.length;
      return begin;
    });
    this.#folded = parts.join('');
  }
}

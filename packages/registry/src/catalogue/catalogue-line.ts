import { sha256Hex } from '@testbench/host/files';

import {
  type CatalogueEntry,
  type CatalogueKey,
  decodeEntry,
  encodeEntry,
} from './catalogue-entry.js';

/** One change, as written on a line of the file. */
export type CatalogueChange = { readonly add: CatalogueEntry } | { readonly remove: CatalogueKey };

/** Digits of the digest at the start of a line: enough to notice damage, not to prevent forgery. */
const SUM_DIGITS = 16;

/** A line without its newline. */
export function encodeLine(change: CatalogueChange): string {
  const json =
    'add' in change
      ? `{"add":${encodeEntry(change.add)}}`
      : JSON.stringify({ remove: change.remove });
  return `${sumOf(json)} ${json}`;
}

/** @returns undefined for a line that is damaged or of a later format version. */
export function decodeLine(line: string): CatalogueChange | undefined {
  const json = line.slice(SUM_DIGITS + 1);
  if (line.charAt(SUM_DIGITS) !== ' ' || line.slice(0, SUM_DIGITS) !== sumOf(json)) {
    return undefined;
  }
  try {
    const { add, remove } = JSON.parse(json) as { add?: object; remove?: CatalogueKey };
    if (add !== undefined) return { add: decodeEntry(add) };
    const { registry, name, version } = remove!;
    const isKey = [registry, name, version].every((text) => typeof text === 'string');
    return isKey ? { remove: { registry, name, version } } : undefined;
  } catch {
    // A valid checksum, but not written by this program.
    return undefined;
  }
}

function sumOf(json: string): string {
  return sha256Hex(json).slice(0, SUM_DIGITS);
}

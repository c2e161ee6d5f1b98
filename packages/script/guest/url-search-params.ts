import { decodeUtf8, encodeUtf8 } from './host.js';

type Pairs = readonly (readonly [name: string, value: string])[];
type Init = string | Readonly<Record<string, string>> | Iterable<readonly [string, string]>;

const HEX = '0123456789ABCDEF';

/** Percent-encodes bytes that are not in the set of characters to keep. */
export function percentEncode(text: string, kept: RegExp): string {
  let encoded = '';
  for (const char of text.toWellFormed()) {
    if (kept.test(char)) {
      encoded += char;
      continue;
    }
    for (const byte of new Uint8Array(encodeUtf8(char))) {
      encoded += `%${HEX[byte >> 4]!}${HEX[byte & 15]!}`;
    }
  }
  return encoded;
}

/** Decodes percent-encoded bytes; invalid sequences stay unchanged. */
export function percentDecode(text: string): string {
  return text.replace(/(?:%[0-9a-fA-F]{2})+/g, (run) => {
    const bytes = Uint8Array.from(run.slice(1).split('%'), (hex) => parseInt(hex, 16));
    return decodeUtf8(bytes.buffer, 0, bytes.length);
  });
}

const FORM_KEPT = /[A-Za-z0-9*._-]/;
const formEncode = (text: string): string =>
  text
    .split(' ')
    .map((part) => percentEncode(part, FORM_KEPT))
    .join('+');
const formDecode = (text: string): string => percentDecode(text.replaceAll('+', ' '));

/** Parameters of a URL, as in the standard. */
export class URLSearchParams {
  #pairs: [string, string][];
  readonly #changed: ((text: string) => void) | undefined;

  constructor(init: Init = '', changed?: (text: string) => void) {
    this.#pairs = readPairs(init).map(([name, value]) => [name, value]);
    this.#changed = changed;
  }

  get size(): number {
    return this.#pairs.length;
  }

  append(name: string, value: string): void {
    this.#pairs.push([String(name), String(value)]);
    this.#tell();
  }

  delete(name: string, value?: string): void {
    this.#pairs = this.#pairs.filter(
      ([key, item]) => key !== name || (value !== undefined && item !== value),
    );
    this.#tell();
  }

  get(name: string): string | null {
    return this.#pairs.find(([key]) => key === name)?.[1] ?? null;
  }

  getAll(name: string): string[] {
    return this.#pairs.filter(([key]) => key === name).map(([, value]) => value);
  }

  has(name: string, value?: string): boolean {
    return this.#pairs.some(
      ([key, item]) => key === name && (value === undefined || item === value),
    );
  }

  set(name: string, value: string): void {
    const index = this.#pairs.findIndex(([key]) => key === name);
    if (index === -1) this.#pairs.push([String(name), String(value)]);
    else {
      this.#pairs[index] = [String(name), String(value)];
      this.#pairs = this.#pairs.filter(([key], place) => key !== name || place === index);
    }
    this.#tell();
  }

  sort(): void {
    this.#pairs.sort(([a], [b]) => (a < b ? -1 : Number(a > b)));
    this.#tell();
  }

  forEach(action: (value: string, name: string, params: URLSearchParams) => void): void {
    for (const [name, value] of this) action(value, name, this);
  }

  entries(): IterableIterator<[string, string]> {
    return this.#pairs.map(([name, value]): [string, string] => [name, value]).values();
  }

  keys(): IterableIterator<string> {
    return this.#pairs.map(([name]) => name).values();
  }

  values(): IterableIterator<string> {
    return this.#pairs.map(([, value]) => value).values();
  }

  toString(): string {
    return this.#pairs.map(([name, value]) => `${formEncode(name)}=${formEncode(value)}`).join('&');
  }

  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.entries();
  }

  #tell(): void {
    this.#changed?.(this.toString());
  }
}

function readPairs(init: Init): Pairs {
  if (typeof init !== 'string') {
    const pairs = Symbol.iterator in init ? [...init] : Object.entries(init);
    return pairs.map(([name, value]) => [String(name), String(value)]);
  }
  const text = init.startsWith('?') ? init.slice(1) : init;
  return text
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const end = pair.includes('=') ? pair.indexOf('=') : pair.length;
      return [formDecode(pair.slice(0, end)), formDecode(pair.slice(end + 1))];
    });
}

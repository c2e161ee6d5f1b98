import { decodeUtf8, encodeUtf8, hostRandom, hostRandomBytes } from './host.js';

/** Maximum bytes that the host returns per call. */
const MAX_RANDOM_BYTES = 65_536;
const HEX = '0123456789abcdef';

type View = ArrayBuffer | ArrayBufferView;

const viewOf = (data: View): Uint8Array =>
  ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);

export class TextEncoder {
  get encoding(): string {
    return 'utf-8';
  }

  encode(text: unknown = ''): Uint8Array {
    return new Uint8Array(encodeUtf8(String(text)));
  }

  encodeInto(text: string, target: Uint8Array): { read: number; written: number } {
    let read = 0;
    let written = 0;
    for (const char of text) {
      const bytes = this.encode(char);
      if (written + bytes.length > target.length) break;
      target.set(bytes, written);
      read += char.length;
      written += bytes.length;
    }
    return { read, written };
  }
}

export class TextDecoder {
  readonly encoding = 'utf-8';
  readonly fatal: boolean;
  readonly ignoreBOM: boolean;

  constructor(label: unknown = 'utf-8', options: { fatal?: boolean; ignoreBOM?: boolean } = {}) {
    if (!/^\s*(?:utf-?8|unicode-1-1-utf-8)\s*$/i.test(String(label))) {
      throw new RangeError(`Cannot decode "${String(label)}": only utf-8 is there`);
    }
    this.fatal = options.fatal === true;
    this.ignoreBOM = options.ignoreBOM === true;
  }

  decode(data: View = new ArrayBuffer(0)): string {
    const bytes = viewOf(data);
    const text = decodeUtf8(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
    if (this.fatal && encodeUtf8(text).byteLength !== bytes.byteLength) {
      throw new TypeError('Cannot decode bytes: they are not UTF-8');
    }
    const isMarked = text.charCodeAt(0) === 0xfeff && !this.ignoreBOM;
    return isMarked ? text.slice(1) : text;
  }
}

export const crypto = {
  getRandomValues<T extends ArrayBufferView>(target: T): T {
    if (target.byteLength > MAX_RANDOM_BYTES) {
      throw new RangeError(`Cannot get random values: at most ${MAX_RANDOM_BYTES} bytes at once`);
    }
    viewOf(target).set(new Uint8Array(hostRandomBytes(target.byteLength)));
    return target;
  },

  randomUUID(): string {
    const bytes = new Uint8Array(hostRandomBytes(16));
    bytes[6] = (bytes[6]! & 0x0f) | 0x40;
    bytes[8] = (bytes[8]! & 0x3f) | 0x80;
    const hex = Array.from(bytes, (byte) => HEX[byte >> 4]! + HEX[byte & 15]!).join('');
    return [0, 8, 12, 16, 20]
      .map((start, index, all) => hex.slice(start, all[index + 1]))
      .join('-');
  },
};

/** From the host, with all 53 bits that a number in [0, 1) can have. */
export function hostUniform(): number {
  return ((hostRandom(0) >>> 5) * 0x4000000 + (hostRandom(0) >>> 6)) / 0x20000000000000;
}

/** Copies data, including cycles; the author's own functions and classes are refused. */
export function structuredClone<T>(value: T): T {
  return clone(value, new Map()) as T;
}

function clone(value: unknown, seen: Map<object, unknown>): unknown {
  if (typeof value === 'function' || typeof value === 'symbol') {
    throw new TypeError(`Cannot clone a ${typeof value}`);
  }
  if (typeof value !== 'object' || value === null) return value;
  const known = seen.get(value);
  if (known !== undefined) return known;
  const keep = <T>(copy: T): T => {
    seen.set(value, copy);
    return copy;
  };
  if (value instanceof Date) return keep(new Date(value.getTime()));
  if (value instanceof RegExp) return keep(new RegExp(value.source, value.flags));
  if (value instanceof ArrayBuffer) return keep(value.slice(0));
  if (ArrayBuffer.isView(value)) {
    const bytes = viewOf(value).slice();
    const type = value.constructor as new (buffer: ArrayBuffer) => unknown;
    return keep(new type(bytes.buffer));
  }
  if (value instanceof Map) {
    const copy = keep(new Map<unknown, unknown>());
    for (const [key, item] of value) copy.set(clone(key, seen), clone(item, seen));
    return copy;
  }
  if (value instanceof Set) {
    const copy = keep(new Set<unknown>());
    for (const item of value) copy.add(clone(item, seen));
    return copy;
  }
  if (value instanceof Error) {
    const copy = keep(new Error(value.message));
    copy.name = value.name;
    return copy;
  }
  const copy: Record<string, unknown> | unknown[] = keep(Array.isArray(value) ? [] : {});
  for (const [key, item] of Object.entries(value)) {
    Object.defineProperty(copy, key, {
      value: clone(item, seen),
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
  if (Array.isArray(copy)) copy.length = (value as unknown[]).length;
  return copy;
}

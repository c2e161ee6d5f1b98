import { isEqual } from './is-equal.ts';
import { judged } from './judged.ts';

/** The separate engine's answer. It is not trusted: it is read as untrusted data, and converted to values of this engine. */
interface Reply {
  readonly value?: unknown;
  readonly error?: { readonly name?: unknown; readonly message?: unknown; readonly line?: unknown };
  readonly isPromise?: unknown;
  readonly printed?: unknown;
}

/** Characters of printed output that are kept. */
const MAX_PRINTED = 64 * 1024;
const ERRORS: Readonly<Record<string, new (message: string) => Error>> = {
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
  EvalError,
};
const ARRAYS = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
];

/** Methods by which an object is converted to a plain value implicitly. */
const COERCIONS: ReadonlySet<string> = new Set(['valueOf', 'toString', 'toJSON', 'then']);

function refusePrimitive(): never {
  throw new TypeError(
    'a value of the code under test is compared as a number or a text, and is none',
  );
}

/** An error thrown by the code under test. */
export class Thrown extends Error {}

/** Untrusted code, in a separate engine: it sees neither the code that judges it nor the expected results. */
export class Untrusted {
  printed = '';
  /** True if it took more steps than permitted. */
  boundless = false;
  readonly #ask: (text: string) => string | number;
  readonly #numbers = new WeakMap<object, number>();

  constructor(
    open: (code: string, steps: number) => (text: string) => string | number,
    steps: number,
  ) {
    this.#ask = open(`(${judged})()`, steps);
  }

  /** Runs it; returns its definitions of the given names. */
  load(
    source: string,
    names: readonly string[],
    entry: string | undefined,
  ): ReadonlyMap<string, unknown> {
    const { value, error } = this.#request({ do: 'load', source, names, entry });
    if (error !== undefined) throw error as Error;
    const values = Array.isArray(value) ? value : [];
    return new Map(names.map((name, index) => [name, this.#value(values[index])]));
  }

  #request(request: object): Reply {
    const text = this.#ask(JSON.stringify(request));
    if (typeof text === 'number') {
      this.boundless ||= text === -6;
      throw new Thrown(
        text === -6 ? 'it takes more steps than it may' : 'RangeError: it has no memory left',
      );
    }
    const reply = JSON.parse(text) as Reply;
    if (this.printed.length < MAX_PRINTED)
      this.printed += String(reply.printed ?? '').slice(0, MAX_PRINTED);
    if (reply.error === undefined) return reply;
    const { name, message, line } = reply.error;
    const known = ERRORS[String(name)];
    const place = Number(line) > 0 ? ` (line ${Number(line)})` : '';
    const error =
      known === undefined
        ? new Thrown(
            `${String(name) === 'Error' ? '' : `${String(name)}: `}${String(message)}${place}`,
          )
        : new known(`${String(message)}${place}`);
    return { ...reply, error };
  }

  #perform(
    what: 'call' | 'new',
    object: number,
    self: number | undefined,
    given: readonly unknown[],
  ): unknown {
    const reply = this.#request({
      do: what,
      object,
      self,
      given: given.map((each) => this.#plain(each)),
    });
    const finish = (): unknown => {
      if (reply.error !== undefined) throw reply.error as Error;
      const [result, changed] = Array.isArray(reply.value) ? reply.value : [];
      // A function may change what it is given.
      if (Array.isArray(changed))
        for (const [index, mine] of given.entries()) replace(mine, this.#value(changed[index]));
      return this.#value(result);
    };
    if (reply.isPromise !== true) return finish();
    return new Promise((resolve) => {
      resolve(finish());
    });
  }

  /** A value of this engine in the form in which a text can hold it; a value that is not plain stays here. */
  #plain(value: unknown, depth = 0): unknown {
    if (depth > 200) throw new RangeError('a test handed over what is nested too deeply');
    const each = (list: Iterable<unknown>): unknown[] =>
      Array.from(list, (item) => this.#plain(item, depth + 1));
    const pairs = (list: Iterable<readonly [unknown, unknown]>): unknown[] =>
      Array.from(list, ([key, item]) => [
        this.#plain(key, depth + 1),
        this.#plain(item, depth + 1),
      ]);
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'number') {
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : ['n', Object.is(value, -0) ? '-0' : String(value)];
    }
    if (value === undefined) return ['u'];
    if (typeof value === 'bigint') return ['i', String(value)];
    if (typeof value === 'object' || typeof value === 'function') {
      const number = this.#numbers.get(value);
      if (number !== undefined) return ['k', number];
    }
    if (Array.isArray(value)) return ['a', each(value)];
    if (value instanceof Map) return ['m', pairs(value)];
    if (value instanceof Set) return ['s', each(value)];
    if (value instanceof Date) return ['d', value.getTime()];
    if (value instanceof RegExp) return ['x', value.source, value.flags];
    if (ArrayBuffer.isView(value) && !(value instanceof DataView))
      return ['t', value.constructor.name, each(value as unknown as Iterable<unknown>)];
    if (typeof value === 'object') return ['o', pairs(Object.entries(value))];
    throw new TypeError(
      `Cannot hand a ${typeof value} to the code under test: it is no plain value`,
    );
  }

  #value(value: unknown): unknown {
    if (!Array.isArray(value))
      return value === undefined ? undefined : typeof value === 'object' ? null : value;
    const [tag, first, second, third] = value as readonly unknown[];
    const list = Array.isArray(first) ? (first as readonly unknown[]) : [];
    const pairs = (): [unknown, unknown][] =>
      list.map((pair) =>
        Array.isArray(pair) ? [this.#value(pair[0]), this.#value(pair[1])] : [undefined, undefined],
      );
    switch (tag) {
      case 'n':
        return Number(first);
      case 'i':
        return BigInt(String(first));
      case 'a':
        return list.map((item) => this.#value(item));
      case 's':
        return new Set(list.map((item) => this.#value(item)));
      case 'm':
        return new Map(pairs());
      case 'o':
        return Object.fromEntries(
          // An object that converts to a different number at each comparison would satisfy any bounds.
          pairs().filter(
            ([key, item]) => typeof item !== 'function' || !COERCIONS.has(String(key)),
          ),
        );
      case 'd':
        return new Date(Number(first));
      case 'x':
        return new RegExp(String(first), String(second));
      case 'e':
        return Object.assign(new Error(String(second)), { name: String(first) });
      case 't': {
        const make = ARRAYS.find(({ name }) => name === first) ?? Float64Array;
        return make.from(Array.isArray(second) ? second.map(Number) : []);
      }
      case 'k':
        return this.#foreign(Number(first), String(second), third === true);
      default:
        return undefined;
    }
  }

  /** Represents a function or an object of the code under test. It is equal only to itself. */
  #foreign(number: number, kind: string, callable: boolean, self?: number): unknown {
    const target = callable ? function foreign() {} : Object.create(null);
    const proxy: object = new Proxy(target, {
      get: (_, key) => {
        if (key === Symbol.toPrimitive) return refusePrimitive;
        if (typeof key === 'symbol' || key === 'then' || key === 'toJSON') return undefined;
        const { value, error } = this.#request({ do: 'get', object: number, key });
        if (error !== undefined) throw error as Error;
        const isMethod = Array.isArray(value) && value[0] === 'k' && value[3] === true;
        return isMethod ? this.#foreign(Number(value[1]), kind, true, number) : this.#value(value);
      },
      set: () => false,
      getPrototypeOf: () => null,
      apply: (_, __, given: unknown[]) => this.#perform('call', number, self, given),
      construct: (_, given: unknown[]) => this.#perform('new', number, undefined, given) as object,
    });
    this.#numbers.set(proxy, number);
    return proxy;
  }
}

/** Changes a list, map or object to match another one. */
function replace(mine: unknown, now: unknown): void {
  if (isEqual(mine, now, true)) return;
  if (Array.isArray(mine) && Array.isArray(now)) mine.splice(0, mine.length, ...now);
  else if (mine instanceof Map && now instanceof Map) {
    mine.clear();
    for (const [key, value] of now) mine.set(key, value);
  } else if (mine instanceof Set && now instanceof Set) {
    mine.clear();
    for (const value of now) mine.add(value);
  } else if (isPlain(mine) && isPlain(now)) {
    for (const key of Object.keys(mine)) if (!Object.hasOwn(now, key)) delete mine[key];
    Object.assign(mine, now);
  }
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
  );
}

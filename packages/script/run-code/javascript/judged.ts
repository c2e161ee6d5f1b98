/**
 * Runs in the judged engine, before the code under test: it answers a text with a text.
 *
 * Only its source is passed on, so it uses nothing from outside itself. Whatever the code under test replaces here, it can only change
 * its own answers, which it decides anyway; `foreign.ts` treats each answer as untrusted.
 */
export function judged(): (text: string) => unknown {
  const MAX_ITEMS = 100_000;
  const MAX_DEPTH = 200;
  const MAX_PRINTED = 64 * 1024;
  const { parse, stringify } = JSON;
  const kept: unknown[] = [];
  let printed = '';
  let items = 0;
  let pending: string | undefined;

  const show = (value: unknown): string => {
    if (typeof value === 'string') return value;
    try {
      return stringify(value) ?? String(value);
    } catch {
      return String(value);
    }
  };
  const print = (...values: unknown[]): void => {
    if (printed.length < MAX_PRINTED)
      printed += `${values.map(show).join(' ')}\n`.slice(0, MAX_PRINTED);
  };
  const keep = (value: unknown): unknown => {
    kept.push(value);
    const name = (value as { constructor?: { name?: unknown } }).constructor?.name;
    return [
      'k',
      kept.length - 1,
      typeof value === 'function' ? 'function' : String(name ?? 'object'),
      typeof value === 'function',
    ];
  };
  const plain = (value: unknown, depth = 0): unknown => {
    items += 1;
    if (items > MAX_ITEMS || depth > MAX_DEPTH)
      throw new RangeError('the value is too large to be compared');
    const each = (list: Iterable<unknown>): unknown[] =>
      Array.from(list, (item) => plain(item, depth + 1));
    const pairs = (list: Iterable<readonly [unknown, unknown]>): unknown[] =>
      Array.from(list, ([key, item]) => [plain(key, depth + 1), plain(item, depth + 1)]);
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return value;
      case 'number':
        return Number.isFinite(value) && !Object.is(value, -0)
          ? value
          : ['n', Object.is(value, -0) ? '-0' : String(value)];
      case 'undefined':
        return ['u'];
      case 'bigint':
        return ['i', String(value)];
      case 'symbol':
      case 'function':
        return keep(value);
      default:
    }
    if (value === null) return null;
    if (Array.isArray(value)) return ['a', each(value)];
    if (value instanceof Map) return ['m', pairs(value)];
    if (value instanceof Set) return ['s', each(value)];
    if (value instanceof Date) return ['d', value.getTime()];
    if (value instanceof RegExp) return ['x', value.source, value.flags];
    if (value instanceof Error) return ['e', String(value.name), String(value.message)];
    if (ArrayBuffer.isView(value) && !(value instanceof DataView))
      return ['t', value.constructor.name, each(value as unknown as Iterable<unknown>)];
    // A boxed string, number or boolean counts as its value.
    if (value instanceof String || value instanceof Number || value instanceof Boolean)
      return plain(value.valueOf(), depth + 1);
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null)
      return ['o', pairs(Object.entries(value as object))];
    return keep(value);
  };
  const unplain = (value: any): unknown => {
    if (!Array.isArray(value)) return value;
    const [tag, first, second] = value;
    if (tag === 'n') return Number(first);
    if (tag === 'u') return undefined;
    if (tag === 'i') return BigInt(first);
    if (tag === 'a') return first.map(unplain);
    if (tag === 's') return new Set(first.map(unplain));
    if (tag === 'd') return new Date(first);
    if (tag === 'x') return new RegExp(first, second);
    if (tag === 'e') return new Error(second);
    if (tag === 't') return (globalThis as any)[first].from(second.map(unplain));
    if (tag === 'k') return kept[first];
    const pairs = first.map(([key, item]: [unknown, unknown]) => [unplain(key), unplain(item)]);
    return tag === 'm' ? new Map(pairs) : Object.fromEntries(pairs);
  };
  const reply = (part: object): string => {
    const text = stringify({ ...part, printed });
    printed = '';
    return text;
  };
  const failure = (error: unknown): object => {
    items = 0;
    const { name, message, stack } = Object(error) as {
      name?: unknown;
      message?: unknown;
      stack?: unknown;
    };
    const line = /answer\.js:(\d+)/.exec(String(stack))?.[1];
    const isError = error instanceof Error;
    return {
      error: {
        name: isError ? String(name).slice(0, 100) : 'Error',
        message: (isError ? String(message) : `threw ${show(error)}`).slice(0, 2_000),
        line: line === undefined ? 0 : Number(line),
      },
    };
  };
  const failed = (error: unknown): string => {
    try {
      return reply(failure(error));
    } catch {
      return '{"error":{"name":"Error","message":"an error that cannot be described","line":0}}';
    }
  };
  const perform = (request: any): unknown => {
    if (request.do === 'load') {
      const exported = {};
      const found = `\n;({${request.names.map((name: string) => `${name}: typeof ${name} === 'undefined' ? undefined : ${name}`).join(',')}})\n//# sourceURL=answer.js`;
      Object.assign(globalThis, { module: { exports: exported }, exports: exported });
      // oxlint-disable-next-line no-eval -- it is the purpose of this engine
      const values = (0, eval)(request.source + found) as Record<string, unknown>;
      const shown = (globalThis as any).module?.exports ?? {};
      return request.names.map((name: string) =>
        plain(
          values?.[name] ??
            (typeof shown === 'function' && name === request.entry ? shown : shown[name]),
        ),
      );
    }
    const target: any = kept[request.object];
    if (request.do === 'get') return plain(target[unplain(request.key) as PropertyKey]);
    const given = request.given.map(unplain);
    const result =
      request.do === 'new' ? new target(...given) : target.apply(kept[request.self], given);
    if (result instanceof Promise)
      return result.then((value) => [plain(value), given.map((item: unknown) => plain(item))]);
    return [plain(result), given.map((item: unknown) => plain(item))];
  };
  (globalThis as any).console = {
    log: print,
    info: print,
    warn: print,
    error: print,
    debug: print,
    assert: print,
  };

  return (text) => {
    if (text === '') return pending ?? failed(new Error('its promise never settles'));
    try {
      items = 0;
      pending = undefined;
      const value = perform(parse(text));
      if (!(value instanceof Promise)) return reply({ value });
      value.then(
        (settled) => {
          pending = reply({ value: settled, isPromise: true });
        },
        (error: unknown) => {
          pending = reply({ ...failure(error), isPromise: true });
        },
      );
      return undefined;
    } catch (error) {
      return failed(error);
    }
  };
}

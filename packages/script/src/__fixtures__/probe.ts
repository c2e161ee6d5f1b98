import { defineCustom, InvalidInputError } from '@testbench/script';

import { deepest } from './probe-parts.js';

/** The input that a test sends. */
type Given = any;

// Initialised once, when the script is built.
const drawnAtBuild = Math.random();

interface Config {
  readonly greeting: string;
}

/** The tasks that a test gives to a script. */
const PROBES: Readonly<Record<string, (given: Given, context: Given) => unknown>> = {
  greet: (name, { config }) => `${config.greeting}, ${name}`,
  throws: () => deepest(undefined as never),
  rejects: async () => {
    await Promise.resolve();
    throw new RangeError('too far');
  },
  awaits: async (text) =>
    (await Promise.all([1, 2].map(async (count) => `${text}${count}`))).join(),
  never: () => new Promise(() => undefined),
  invalid: () => {
    throw new InvalidInputError('no such thing');
  },
  missing: (name) => new Function(`return ${name}`)(),
  random: (_, { random }) => [
    drawnAtBuild,
    Math.random(),
    random(),
    crypto.getRandomValues(new Uint8Array(4)).join(),
  ],
  logs: () => {
    console.log('one', { two: 2 }, [3]);
    console.warn(new TypeError('four'));
    return null;
  },
  state: (value, { state }) => {
    const before = state.get('kept');
    state.set('kept', value);
    return [before ?? null, state.get('kept'), state.delete('kept'), state.delete('kept')];
  },
  utf8: (text) => {
    const bytes = new TextEncoder().encode(text);
    return [bytes.length, new TextDecoder().decode(bytes)];
  },
  clone: () => {
    const cyclic: Given = { when: new Date(0), map: new Map([[1, new Set([2])]]), list: [1, , 3] };
    cyclic.self = cyclic;
    const copy = structuredClone(cyclic);
    return [
      copy.self === copy,
      copy !== cyclic,
      copy.when.getTime(),
      copy.map.get(1).has(2),
      copy.list.length,
    ];
  },
  url: ([url, base]) => new URL(url, base).href,
  params: (text) => {
    const url = new URL(`https://a.example/?${text}`);
    url.searchParams.append('né w', '1 2');
    return [url.search, [...url.searchParams.keys()]];
  },
  time: () => [Date.now(), new Date().getTimezoneOffset()],
  host: () =>
    Object.getOwnPropertyNames(globalThis).filter((name) =>
      /^(?:host|guest|__|std|os|bjson|print)/.test(name),
    ),
  loop: () => {
    for (;;);
  },
  recurse: () => {
    const down = (depth: number): number => 1 + down(depth + 1);
    return down(0);
  },
  memory: () => {
    const kept: unknown[] = [];
    for (;;) kept.push(new Uint8Array(1024 * 1024));
  },
  fetch: async (urls: string[], { log, random }) => {
    log('asking');
    const drawn = random();
    const answers = await Promise.all(urls.map((url) => fetch(url)));
    const second = await fetch(`https://api.example.com/${drawn}`);
    log('asked');
    return [
      drawn,
      ...(await Promise.all(answers.map((answer) => answer.text()))),
      await second.json(),
    ];
  },
};

export default defineCustom<Config>({
  name: 'probe',
  version: '1.2.3',
  description: 'Does what a test asks',
  config: { greeting: { type: 'string', default: 'hello' } },
  permissions: { network: true, allowedHosts: ['api.example.com'] },
  run: ({ probe, given }, context) => PROBES[probe]!(given, context),
});

import type { PluginType } from '@testbench/types';

import { DEEP_LEVELS, LONG_TEXT } from '../limits.js';

/** An input for each type that any plugin of the type should answer, including every optional part that it might need. */
const ORDINARY: Readonly<Record<PluginType, unknown>> = {
  evaluator: {
    input: 'What is the capital of France?',
    output: 'It is Paris.',
    expected: 'Paris',
    record: {},
  },
  provider: { model: 'test', prompt: 'Say something.', max_tokens: 16, record: {} },
  transform: 'The quick brown fox.',
  filter: {
    items: [
      { score: 0.25, text: 'one' },
      { score: 0.75, text: 'two' },
    ],
  },
  custom: { text: 'The quick brown fox.', numbers: [1, 2.5] },
};

/** The good input that is used if the author gives none. */
export function ordinaryInput(type: PluginType): unknown {
  return ORDINARY[type];
}

/** Bytes that are not what a plugin expects. */
export interface BadInput {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** True if it is not JSON, so that a plugin must refuse it. */
  readonly broken: boolean;
  /** True if a plugin that passes it on returns something that a host refuses; that fails the call, not the plugin. */
  readonly poisonous: boolean;
}

/** 600 kB in texts that must be copied to be read: a reader that, for each text, allocates space for all the rest takes 180 MB. */
const ESCAPED_TEXTS = JSON.stringify(Array.from({ length: 600 }, () => `${'x'.repeat(1000)}\n`));

const SURROGATES = 'lone surrogates';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The inputs of the check, `ordinary` being a good one: the plugin must survive all of them. */
export function badInputs(ordinary: unknown): BadInput[] {
  const good = JSON.stringify({ data: ordinary });
  const broken: readonly (readonly [name: string, bytes: Uint8Array])[] = [
    ['nothing at all', new Uint8Array()],
    ['a blank', utf8(' ')],
    ['text that is not JSON', utf8('hello')],
    ['JSON that is cut short', utf8(good.slice(0, -3))],
    ['JSON with more behind it', utf8(`${good} x`)],
    ['an open string', utf8('{"data":"')],
    ['bytes that are not UTF-8', Uint8Array.of(0x22, 0xc3, 0x28, 0xff, 0x22)],
    ['NaN', utf8('{"data":NaN}')],
  ];
  const odd: readonly (readonly [name: string, text: string])[] = [
    ['null', 'null'],
    ['a list in place of the envelope', '[1,2]'],
    ['a text in place of the envelope', '"x"'],
    ['an envelope without data', '{}'],
    ['null as data', '{"data":null}'],
    ['a number as data', '{"data":1e999}'],
    ['an empty object as data', '{"data":{}}'],
    ['wrong types in every field', JSON.stringify({ data: wrongTypes(ordinary) })],
    ['unknown fields', good.replace(/\}$/, ',"context":{"request_id":"1"},"later":[{}]}')],
    ['an empty text in every field', JSON.stringify({ data: mapTexts(ordinary, () => '') })],
    ['one million characters', JSON.stringify({ data: mapTexts(ordinary, longText()) })],
    [SURROGATES, JSON.stringify({ data: mapTexts(ordinary, () => 'a\ud800b\udc00') })],
    [
      'NUL and other controls',
      JSON.stringify({ data: mapTexts(ordinary, () => '\0\b\u001f\u007f') }),
    ],
    [
      'characters beyond the first plane',
      JSON.stringify({ data: mapTexts(ordinary, () => '👩‍🚀 e\u0301 ﷽') }),
    ],
    [
      `${DEEP_LEVELS} nested lists`,
      `{"data":${'['.repeat(DEEP_LEVELS)}${']'.repeat(DEEP_LEVELS)}}`,
    ],
    ['many texts with escapes', good.replace(/\}$/, `,"later":${ESCAPED_TEXTS}}`)],
    ['the same key twice', '{"data":1,"data":{"output":1,"output":2}}'],
  ];
  return [
    ...broken.map(([name, bytes]) => ({ name, bytes, broken: true, poisonous: false })),
    ...odd.map(([name, text]) => ({
      name,
      bytes: utf8(text),
      broken: false,
      poisonous: name === SURROGATES,
    })),
  ];
}

/** One long text, in the first place that has a text: in every place it could exceed a limit of the plugin. */
function longText(): (text: string) => string {
  let given = false;
  return (text) => {
    if (given) return text;
    given = true;
    return 'x'.repeat(LONG_TEXT);
  };
}

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, mapTexts(item, change)]),
  );
}

function wrongTypes(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return { not: ['expected'] };
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, typeof item === 'string' ? [{}] : 'x']),
  );
}

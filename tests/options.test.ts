import { afterAll, describe, expect, it } from 'vitest';

import { exportedTypes } from './exported-types.js';
import { closeAll, NO_OPTION_TYPES, OPTION_TYPES, type OptionRow } from './option-table.js';

const OPTION_NAME =
  /(?:Options|OptionsOf|Caps|Limits|Policy|Quota|Budget|Config|Settings|Handler)$/;

const types = new Map(exportedTypes().map((type) => [type.id, type]));
/** `core` re-exports what other packages declare: one row is enough. */
const rowOf = (name: string): string | undefined =>
  [...Object.keys(OPTION_TYPES), ...Object.keys(NO_OPTION_TYPES)].find((id) =>
    id.endsWith(`:${name}`),
  );

afterAll(closeAll);

describe('the table of options types', () => {
  it('has every exported type whose name sounds like one', () => {
    const missing = [...types.values()]
      .filter(({ name }) => OPTION_NAME.test(name) && rowOf(name) === undefined)
      .map(({ id }) => id);
    expect(missing).toEqual([]);
  });

  it('names only types that are exported, and keys that they have', () => {
    const wrong = Object.entries(OPTION_TYPES).filter(([id, { others = {} }]) => {
      const keys = types.get(id)?.keys ?? [];
      return keys.length === 0 || !Object.keys(others).every((key) => keys.includes(key));
    });
    expect(wrong).toEqual([]);
    expect(Object.keys(NO_OPTION_TYPES).filter((id) => !types.has(id))).toEqual([]);
  });
});

interface Case {
  readonly id: string;
  readonly name: string;
  readonly call: (options: never) => unknown;
  readonly row: OptionRow;
}

const cases = Object.entries(OPTION_TYPES).flatMap(([id, row]) =>
  Object.entries(row.calls).map(([name, call]): Case => ({ id, name, call, row })),
);

/** The error that is thrown, immediately or by the promise. */
async function failureOf({ call }: Case, options: unknown): Promise<unknown> {
  try {
    await call(options as never);
  } catch (error) {
    return error;
  }
  return undefined;
}

/** The error that a wrong option causes. `statistics` depends on no other package, so it has its own errors. */
function refusal({ id }: Case, kind: 'unknown' | 'wrong', path: string): object {
  if (!id.startsWith('statistics')) {
    const code = kind === 'unknown' ? 'CONFIG_UNKNOWN_KEY' : 'CONFIG_INVALID';
    return { name: 'ConfigError', code, path };
  }
  const code = kind === 'unknown' ? 'STATISTICS_UNKNOWN_OPTION' : 'STATISTICS_INVALID_ARGUMENT';
  return { name: 'StatisticsError', code, message: expect.stringContaining(path) as string };
}

describe.each(cases)('$name with $id', (each) => {
  const { prefix = '', base = {}, others = {} } = each.row;
  const keys = types.get(each.id)?.keys ?? [];

  it('refuses a key that does not exist', async () => {
    const error = await failureOf(each, { ...base, zzUnknown: 1 });
    expect(error).toMatchObject(refusal(each, 'unknown', `${prefix}zzUnknown`));
  });

  it.each(keys.filter((key) => !Object.hasOwn(others, key)))(
    'refuses a symbol as %s',
    async (key) => {
      const error = await failureOf(each, { ...base, [key]: Symbol('wrong') });
      expect(error).toMatchObject(refusal(each, 'wrong', `${prefix}${key}`));
    },
  );
});

describe.each(cases.filter(({ row }) => row.prefix === undefined))('$name with $id', (each) => {
  it.each([null, 5, 'x', [], Symbol('wrong')])('refuses %s for all options', async (value) => {
    const error = await failureOf(each, value);
    expect(error).toMatchObject(refusal(each, 'wrong', ''));
  });
});

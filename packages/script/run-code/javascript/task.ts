import { InvalidInputError } from '@testbench/script';

/** The task of a record. */
export interface Task {
  readonly prompt: string;
  /** Name of the tested function. */
  readonly entry: string | undefined;
  readonly tests: readonly string[];
  /** Each list item is a separate test. */
  readonly isList: boolean;
}

type Values = Readonly<Record<string, unknown>>;

/** Names that belong to the language and that an answer cannot define. */
const RESERVED = new Set(
  'arguments as async await break case catch class const continue debugger default delete do else enum eval export extends false finally for from function get globalThis if implements import in instanceof interface let new null of package private protected public require return set static super switch this throw true try typeof undefined var void while with yield assert console test it describe candidate NaN Infinity'.split(
    ' ',
  ),
);

/** @throws {InvalidInputError} There are no tests. */
export function taskOf(record: Values, config: Values): Task {
  const field = (name: string): unknown => {
    const inner = record['record'] as Values | undefined;
    const places = [record, inner, record['expected'], inner?.['metadata']];
    for (const place of places) {
      const value =
        typeof place === 'object' && place !== null ? (place as Values)[name] : undefined;
      if (typeof value === 'string' || Array.isArray(value)) return value;
    }
    return undefined;
  };
  const given = (key: string, ...usual: readonly string[]): unknown => {
    const name = config[key];
    const names = typeof name === 'string' ? [name] : usual;
    return names.map(field).find((value) => value !== undefined);
  };
  const { input, expected } = record;
  const prompt = given('prompt_field', 'prompt') ?? (typeof input === 'string' ? input : '');
  const entry = given('entry_field', 'entry_point');
  const tests =
    config['tests'] ??
    given('test_field', 'test', 'tests', 'test_list') ??
    (typeof expected === 'string' ? expected : undefined);
  if (tests === undefined) {
    throw new InvalidInputError(
      'there are no tests: expected a text or a list "test", "tests" or "test_list", or a text "expected"',
    );
  }
  if (typeof entry === 'string' && !/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(entry))
    throw new InvalidInputError(`the entry point ${JSON.stringify(entry)} is no name`);
  const isList = Array.isArray(tests);
  const texts = (isList ? tests : [tests]).map(String);
  const name = typeof entry === 'string' ? entry : undefined;
  return {
    prompt: String(prompt),
    entry: name,
    tests: isList || name === undefined ? texts : texts.map((text) => withCheck(text, name)),
    isList,
  };
}

/** Tests that define `check(candidate)` and do not call it get a call. */
function withCheck(tests: string, entry: string): string {
  const defines = /\bfunction\s+check\s*\(|\bcheck\s*=/.test(tests);
  const mentions = tests.match(/\bcheck\s*\(/g)?.length ?? 0;
  const calls = mentions > (/\bfunction\s+check\s*\(/.test(tests) ? 1 : 0);
  return defines && !calls ? `${tests}\nawait check(${entry});` : tests;
}

/** The code in an answer: in a Markdown block or on its own; code that only continues the prompt is joined with it. */
export function codeOf(answer: string, { prompt, entry }: Task): string {
  const blocks = [...answer.matchAll(/```[ \t]*([\w+-]*)[^\n]*\n([^]*?)(?:\n[ \t]*```|$)/g)]
    .filter(([, language]) => /^(?:|js|javascript|mjs|cjs|node|ts|typescript)$/i.test(language!))
    .map(([, , code]) => code!);
  const code = (blocks.length > 0 ? blocks.join('\n\n') : answer).replace(
    /^export\s+(?:default\s+)?(?=(?:async\s+)?(?:function|class|const|let|var)\b)/gm,
    '',
  );
  if (prompt === '' || entry === undefined) return code;
  const name = entry.replaceAll('$', '\\$');
  const definition = new RegExp(
    `^[ \\t]*(?:(?:async\\s+)?function\\s*\\*?\\s*${name}\\b|class\\s+${name}\\b|(?:const|let|var)\\s+${name}\\b|${name}\\s*=|(?:module\\.)?exports\\b)`,
    'm',
  );
  if (!definition.test(code)) {
    // A prompt may be a question in words instead of the start of code.
    return definition.test(prompt) ? prompt + code : code;
  }
  const at = prompt.search(definition);
  // Anything before it is part of the task.
  return at > 0 ? `${prompt.slice(0, at)}\n${code}` : code;
}

/** Names in tests that the answer may define. */
export function namesIn(tests: string, entry: string | undefined): string[] {
  const names = new Set(entry === undefined ? [] : [entry]);
  for (const [name] of tests.matchAll(/(?<![.\w$])[A-Za-z_$][\w$]*/g)) {
    if (!RESERVED.has(name) && !(name in globalThis)) names.add(name);
  }
  return [...names].slice(0, 500);
}

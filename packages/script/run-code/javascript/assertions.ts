import { isEqual } from './is-equal.ts';
import { Thrown } from './foreign.ts';

/** The result of one test. */
export interface Verdict {
  readonly verdict: 'passed' | 'failed' | 'broke off';
  readonly message: string;
}

/** Ends the tests early. */
export class Stopped extends Error {}

/** Records the result of each assertion. A failing assertion does not end the tests, so that each has a verdict. */
export class Verdicts {
  readonly found: Verdict[] = [];
  readonly #stop: boolean;

  constructor(stop: boolean) {
    this.#stop = stop;
  }

  note(verdict: Verdict['verdict'], message = ''): void {
    this.found.push({ verdict, message: message.slice(0, 500) });
    if (verdict !== 'passed' && this.#stop) throw new Stopped();
  }

  check(right: boolean, what: string, message: unknown): void {
    if (right) this.note('passed');
    else
      this.note(
        'failed',
        `AssertionError: ${message === undefined ? what : describeMessage(message)}`,
      );
  }

  /** Node's `assert`, as far as tests use it. */
  assert(): unknown {
    const check = (right: boolean, what: string, message: unknown): void =>
      this.check(right, what, message);
    const compare =
      (name: string, holds: (actual: unknown, expected: unknown) => boolean) =>
      (actual: unknown, expected: unknown, message?: unknown): void =>
        check(
          holds(actual, expected),
          `${name}: ${show(actual)}, expected ${show(expected)}`,
          message,
        );
    const ok = (value: unknown, message?: unknown): void =>
      check(Boolean(value), `ok: ${show(value)}`, message);
    const throws = (action: () => unknown, ...rest: readonly unknown[]): void => {
      try {
        action();
      } catch (error) {
        check(matches(error, rest[0]), `throws: ${describe(error)}`, undefined);
        return;
      }
      check(
        false,
        'throws: nothing was thrown',
        rest.find((each) => typeof each === 'string'),
      );
    };
    const rejects = async (promise: unknown, expected?: unknown): Promise<void> => {
      try {
        await (typeof promise === 'function' ? (promise as () => unknown)() : promise);
      } catch (error) {
        check(matches(error, expected), `rejects: ${describe(error)}`, undefined);
        return;
      }
      check(false, 'rejects: nothing was thrown', undefined);
    };
    const functions: Record<string, unknown> = {
      ok,
      // oxlint-disable-next-line eqeqeq -- as Node does it
      equal: compare('equal', (one, other) => one == other || Object.is(one, other)),
      // oxlint-disable-next-line eqeqeq -- as Node does it
      notEqual: compare('notEqual', (one, other) => one != other),
      strictEqual: compare('strictEqual', Object.is),
      notStrictEqual: compare('notStrictEqual', (one, other) => !Object.is(one, other)),
      deepEqual: compare('deepEqual', (one, other) => isEqual(one, other, false)),
      notDeepEqual: compare('notDeepEqual', (one, other) => !isEqual(one, other, false)),
      deepStrictEqual: compare('deepStrictEqual', (one, other) => isEqual(one, other, true)),
      notDeepStrictEqual: compare('notDeepStrictEqual', (one, other) => !isEqual(one, other, true)),
      match: compare('match', (text, pattern) => (pattern as RegExp).test(String(text))),
      doesNotMatch: compare(
        'doesNotMatch',
        (text, pattern) => !(pattern as RegExp).test(String(text)),
      ),
      throws,
      rejects,
      doesNotThrow: (action: () => unknown): void => {
        action();
        check(true, '', undefined);
      },
      fail: (message?: unknown): void => check(false, 'fail', message),
    };
    return Object.assign((value: unknown, message?: unknown) => ok(value, message), functions, {
      strict: functions,
    });
  }
}

function matches(error: unknown, expected: unknown): boolean {
  if (typeof expected === 'function') return error instanceof expected;
  if (expected instanceof RegExp) return expected.test(describe(error));
  if (typeof expected !== 'object' || expected === null) return true;
  return Object.entries(expected).every(([key, value]) => {
    const actual = (error as Record<string, unknown>)[key];
    return value instanceof RegExp ? value.test(String(actual)) : isEqual(actual, value, true);
  });
}

export function describe(error: unknown): string {
  if (error instanceof Thrown) return error.message;
  return error instanceof Error ? `${error.name}: ${error.message}` : `threw ${show(error)}`;
}

function describeMessage(message: unknown): string {
  return message instanceof Error ? message.message : String(message);
}

function show(value: unknown): string {
  let text: string | undefined;
  try {
    text = typeof value === 'bigint' ? `${value}n` : JSON.stringify(value);
  } catch {
    // It refers to itself, or is a value of the code under test.
  }
  text ??= value === undefined ? 'undefined' : `a ${typeof value}`;
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

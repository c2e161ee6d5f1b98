import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { CALL_ERROR_CODES, CallError } from '@testbench/types/errors';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const page = readFileSync(join(root, 'docs/errors.md'), 'utf8');

/** The members of every `type …ErrorCode` union, or of the list from which it is derived, in the packages. */
function errorCodes(): string[] {
  return readdirSync(join(root, 'packages')).flatMap((name) => {
    const source = join(root, 'packages', name, 'src');
    return readdirSync(source, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
      .flatMap((path) => {
        // Without comments: they contain semicolons.
        const text = readFileSync(join(source, path), 'utf8').replace(/\/\*[^]*?\*\//g, '');
        const unions = text.matchAll(
          /^export (?:type \w+ErrorCode|const \w+_ERROR_CODES) =([^;]*);/gm,
        );
        return [...unions].flatMap(([, members = '']) =>
          [...members.matchAll(/'([A-Z0-9_]+)'/g)].map((match) => match[1]!),
        );
      });
  });
}

describe('docs/errors.md', () => {
  const codes = errorCodes();

  it('has every code of the packages', () => {
    expect(codes.length).toBeGreaterThan(40);
    expect(codes.filter((code) => !page.includes(`\`${code}\``))).toEqual([]);
  });

  it('says of each code of a call whether it may be made again', () => {
    const words = new Map([
      [true, 'yes'],
      [false, 'no'],
      [undefined, '-'],
    ]);
    const rows = [...page.matchAll(/^\| `(CALL_\w+)` \|[^|]*\| (\S+) \|/gm)];
    expect(Object.fromEntries(rows.map(([, code, word]) => [code, word]))).toEqual(
      Object.fromEntries(
        CALL_ERROR_CODES.map((code) => [code, words.get(new CallError(code, 'm').retryable)]),
      ),
    );
  });

  it('has no other code', () => {
    const told = [...page.matchAll(/`([A-Z]+_[A-Z0-9_]+)`/g)].map((match) => match[1]!);
    expect(told.filter((code) => !codes.includes(code))).toEqual([]);
  });
});

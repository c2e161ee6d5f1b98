import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { MAX_ENV_FILE_BYTES } from '../limits.js';
import { readEnvFile } from './env-file.js';

const folder = mkdtempSync(join(tmpdir(), 'env-file-'));
afterAll(() => rmSync(folder, { recursive: true }));

function read(content: string | Uint8Array, mode = 0o600): unknown {
  const file = join(folder, '.env');
  writeFileSync(file, content);
  chmodSync(file, mode);
  return readEnvFile(file, 'policy.envFile');
}

const refusal = (state: string): unknown =>
  expect.objectContaining({
    code: 'CONFIG_INVALID',
    path: 'policy.envFile',
    message: expect.stringContaining(state),
  });

describe('readEnvFile()', () => {
  it('reads names and values', () => {
    const text =
      '\uFEFF# keys\r\nA=sk-1\n\nexport B = "two words # and more" # why\nC=\'a\nb\'\nD=\nE=x=y # z\n';
    expect(read(text)).toEqual({
      A: 'sk-1',
      B: 'two words # and more',
      C: 'a\nb',
      D: '',
      E: 'x=y',
    });
  });

  it.each([
    ['A=1\nsk-secret-value\n', 'line 2 is neither NAME=value nor a comment'],
    ['A B=1', 'line 1 is neither'],
    ['1A=1', 'line 1 is neither'],
    ['A=1\n\nA=2', 'line 3 sets "A" again, after line 1'],
    ['A="sk-secret-value\nB=2', 'the quotes of line 1 have no end'],
    ['A="1" sk-secret-value', 'line 1 has text after its quotes'],
    ['A=1\0', 'it has a NUL character'],
    [Buffer.from([0x41, 0x3d, 0xff]), 'it is not UTF-8'],
    ['#'.repeat(MAX_ENV_FILE_BYTES + 1), 'it is over 65536 bytes'],
  ])('refuses %j, and quotes no value', (content, state) => {
    expect(() => read(content)).toThrow(refusal(state));
    expect(() => read(content)).not.toThrow('secret-value');
  });

  it('refuses what is not a file of its user alone', () => {
    expect(() => read('A=1', 0o664)).toThrow(refusal('others may change it'));
    const link = join(folder, 'link');
    symlinkSync('/etc/passwd', link);
    expect(() => readEnvFile(link, 'policy.envFile')).toThrow(refusal('it is a symbolic link'));
    mkdirSync(join(folder, 'folder'));
    for (const [name, state] of [
      ['folder', 'it is not a file'],
      ['none', 'no such file'],
    ]) {
      const file = join(folder, name!);
      expect(() => readEnvFile(file, 'policy.envFile')).toThrow(refusal(state!));
    }
  });
});

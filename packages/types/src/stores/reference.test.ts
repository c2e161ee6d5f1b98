import { describe, expect, it } from 'vitest';

import { formatReference, parseReference, type PluginReference } from './reference.js';

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;

const REFERENCES: readonly [string, PluginReference][] = [
  ['exact-match', { kind: 'name', name: 'exact-match' }],
  ['exact-match@^1.2', { kind: 'name', name: 'exact-match', range: '^1.2' }],
  ['team/exact_match@>=1 <2', { kind: 'name', name: 'team/exact_match', range: '>=1 <2' }],
  ['oci://h.example/a', { kind: 'oci', host: 'h.example', name: 'a' }],
  ['oci://h:5000/t/a:1.0.0', { kind: 'oci', host: 'h:5000', name: 't/a', tag: '1.0.0' }],
  ['oci://[::1]:5000/a@^1', { kind: 'oci', host: '[::1]:5000', name: 'a', range: '^1' }],
  [`oci://h/a@${DIGEST}`, { kind: 'oci', host: 'h', name: 'a', digest: DIGEST }],
  [`oci://h/a:x@${DIGEST}`, { kind: 'oci', host: 'h', name: 'a', tag: 'x', digest: DIGEST }],
  ...[
    './a.wasm',
    '/a/b@1/c',
    'a/b',
    'a.wat',
    'exact-match@1.wasm',
    'C:\\a@1',
    '@a/b',
    'A@1',
    '',
  ].map((path): [string, PluginReference] => [path, { kind: 'path', path }]),
];

describe('parseReference()', () => {
  it.each(REFERENCES)('reads %j', (text, reference) => {
    expect(parseReference(text)).toEqual(reference);
    expect(formatReference(reference)).toBe(text);
  });

  it('has hosts in lower case', () => {
    expect(parseReference('oci://H.Example/a')).toMatchObject({ host: 'h.example' });
  });

  it.each([
    'oci://',
    'oci://h',
    'oci://h/',
    'oci://h/A',
    'oci://h/../a',
    'oci://h//a',
    'oci://h/a:',
    'oci://h/a@',
    'oci://h/a@sha256:00',
    `oci://h/a@sha512:${'0'.repeat(128)}`,
    `oci://h/a@${DIGEST.toUpperCase()}`,
    'oci://h/a:1@^1',
    'oci://h/a?b',
    'oci://h/a\n',
    'oci://user:secret@h/a',
    `oci://h/${'a'.repeat(256)}`,
    `oci://h/${'a-'.repeat(50_000)}`,
  ])('refuses %.60j', (text) => {
    expect(() => parseReference(text)).toThrow(
      expect.objectContaining({ code: 'STORE_INVALID_REFERENCE' }),
    );
  });

  it('keeps a password out of the message', () => {
    expect(() => parseReference('oci://user:hunter2@h/a')).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('hunter2') }),
    );
  });
});

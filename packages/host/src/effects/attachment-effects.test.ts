import { describe, expect, it } from 'vitest';

import { fillAttachments } from '../http/fill-attachments.js';
import { attachmentEffects } from './attachment-effects.js';

const MIB = 1024 * 1024;
const file = (bytes: Uint8Array) => ({ mediaType: 'image/png', bytes });

describe('attachmentEffects()', () => {
  it('end a call that reads a file again and again', () => {
    const effects = attachmentEffects();
    const { handlers } = effects;
    const attachments = [file(new Uint8Array(20 * MIB))];
    effects.beginCall({ deadlineMs: Number.POSITIVE_INFINITY, attachments });
    const codes: number[] = [];
    for (let handle = 1; handle <= 13; handle += 1) {
      expect(handlers.host_attachment_open!([0])).toEqual({ code: handle });
      for (let piece = 0; piece < 20; piece += 1) {
        codes.push((handlers.host_attachment_read!([handle, 2 * MIB]) as { code: number }).code);
      }
    }
    // A read gives at most 1 MiB, and a call reads at most 256.
    expect(codes.indexOf(-4)).toBe(256);
    expect(codes.slice(0, 256).every((code) => code === MIB)).toBe(true);
    effects.endCall();
    expect(handlers.host_attachment_open!([0])).toEqual({ code: -6 });
  });
});

describe('fillAttachments()', () => {
  const files = [file(Buffer.from('one')), file(Buffer.from('other'))];
  const fill = (body: unknown, places: unknown, of = files) =>
    Buffer.from(fillAttachments(body, places, of)).toString();

  it('puts files in base64 in the place of their tokens', () => {
    expect(fill('a token-00 é token-11 b', { 'token-11': 1, 'token-00': 0 })).toBe(
      `a ${btoa('one')} é ${btoa('other')} b`,
    );
    expect(fill('nothing', {})).toBe('nothing');
  });

  it.each([
    ['a token that occurs twice', 'token-00 token-00', { 'token-00': 0 }],
    ['a token that does not occur', 'x', { 'token-00': 0 }],
    ['a short token', 'a', { a: 0 }],
    ['a token that JSON would escape', 'token"00', { 'token"00': 0 }],
    ['a position that does not exist', 'token-00', { 'token-00': 2 }],
    ['a position that is none', 'token-00', { 'token-00': '0' }],
    ['the name of a prototype', 'constructor', { constructor: 'x' }],
    ['tokens that overlap', 'token-00-1', { 'token-00': 0, 'oken-00-1': 1 }],
    ['more than there are', 'x', { a: 0, b: 1, c: 0 }],
    ['a list', 'x', [0]],
    ['no body', undefined, {}],
  ])('refuses %s', (_, body, places) => {
    expect(() => fill(body, places)).toThrow(expect.objectContaining({ code: -2 }));
  });

  it('is denied to a plugin that may not read attachments', () => {
    expect(() => fillAttachments('token-00', { 'token-00': 0 }, undefined)).toThrow(
      expect.objectContaining({ code: -3 }),
    );
  });
});

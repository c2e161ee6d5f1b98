import { describe, expect, it } from 'vitest';

import { maskRequest, RecordingMask } from './mask-recording.js';

const KEY = 'k3y-Very+Secret/0123456789=';
const base64 = (text: string): string => Buffer.from(text).toString('base64');

const FORMS: readonly (readonly [name: string, value: string])[] = [
  ['authorization', KEY],
  ['authorization', `Bearer ${KEY}`],
  ['authorization', `Bearer  ${KEY}`],
  ['authorization', `Basic ${base64(`user:${KEY}`)}`],
  ['authorization', `Basic ${base64(`${KEY}:`)}`],
  ['authorization', `Token token="${KEY}", other="x"`],
  ['authorization', `Digest username="u", realm="r", response="${KEY}"`],
  ['authorization', `AWS4-HMAC-SHA256 Credential=AKIA0123/x, SignedHeaders=host, Signature=${KEY}`],
  ['proxy-authorization', `Bearer ${KEY}`],
  ['x-api-key', KEY],
  ['x-goog-api-key', KEY],
  ['helicone-auth', `Bearer ${KEY}`],
  ['cookie', `theme=dark; session=${KEY}; other=1`],
  ['x-tenant', KEY],
  ['x-custom', `id:${KEY}`],
];

const request = (
  headers: Readonly<Record<string, string>>,
  url = 'https://api.example.com/',
  body = '',
): Parameters<typeof maskRequest>[0] => ({
  method: 'POST',
  url: new URL(url),
  headers,
  body: Buffer.from(body),
  signal: new AbortController().signal,
});

describe('RecordingMask', () => {
  // Row 112 of the attack catalogue: six of eleven such forms had been written to the file.
  it.each(FORMS)('knows the credential of "%s: %s" in every form', (name, value) => {
    const mask = new RecordingMask({ headers: { [name]: value } });
    const echoes = [
      KEY,
      value,
      encodeURIComponent(KEY),
      JSON.stringify({ a: KEY }),
      base64(`x${KEY}`),
      base64(KEY),
      Buffer.from(KEY).toString('hex'),
      KEY.toUpperCase(),
      `part ${KEY.slice(0, -5)}...`,
    ];
    for (const echo of echoes) {
      const masked = mask.text(`<${echo}>`);
      expect(masked).toContain('***');
      const shown =
        masked + Buffer.from(masked, 'base64').toString('latin1') + decodeURIComponent(masked);
      expect(shown).not.toMatch(/very\+secret|0123456789/i);
    }
  });

  it('masks short ones where they stand by themselves', () => {
    const mask = new RecordingMask({ headers: { 'x-api-key': 'ab1c', cookie: 'a=true; b=1234' } });
    expect(mask.text('{"key":"ab1c","n":1234,"ok":true,"word":"grab1c"}')).toBe(
      '{"key":"***","n":1234,"ok":true,"word":"grab1c"}',
    );
  });

  it('leaves what is no credential', () => {
    const headers = {
      accept: 'application/json',
      'content-type': 'application/json',
      'user-agent': 'testbench-agent',
      'anthropic-version': '2023-06-01',
      'x-request-id': '0123456789abcdef',
      'x-flag': 'true',
    };
    const text = JSON.stringify({ ...headers, true: true });
    expect(new RecordingMask({ headers }).text(text)).toBe(text);
  });
});

describe('maskRequest()', () => {
  it.each([
    ['https://api.example.com/?api_key=hush&q=1', 'https://api.example.com/?api_key=***&q=1'],
    [
      'https://api.example.com/?X-Amz-Credential=hush',
      'https://api.example.com/?X-Amz-Credential=***',
    ],
    [`https://api.example.com/${encodeURIComponent(KEY)}/x`, 'https://api.example.com/***/x'],
  ])('masks %s', (url, masked) => {
    expect(maskRequest(request({ 'x-api-key': KEY }, url)).url).toBe(masked);
  });

  it('masks fields of bodies by their names', () => {
    const json = { password: 'hu"sh', api_key: 'hush', prompt: 'a "password": "b"', max_tokens: 5 };
    expect(maskRequest(request({}, undefined, JSON.stringify(json))).body).toBe(
      JSON.stringify({ ...json, password: '***', api_key: '***' }),
    );
    const form = request(
      { 'content-type': 'application/x-www-form-urlencoded' },
      undefined,
      'grant_type=x&client_secret=hush&q=1',
    );
    expect(maskRequest(form).body).toBe('grant_type=x&client_secret=***&q=1');
  });
});

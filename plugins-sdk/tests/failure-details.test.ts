import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

import { compile } from './compile.js';
import { PlainHost } from './plain-host.js';

const PLUGIN = `
import { Custom, fail, failRetryable, failWithDetails, Json, JsonWriter, parseHttpDate, plugin } from "@testbench/plugins-sdk";

@plugin({ name: "failer" })
export class Failer extends Custom {
  run(data: Json, out: JsonWriter): void {
    const what = data.get("what").text();
    if (what == "date") {
      const date = parseHttpDate(data.get("text").text());
      if (isNaN(date)) out.null(); else out.number(date);
    } else {
      if (what == "details") failWithDetails('no "answer"', -30, new JsonWriter().object().field("status", 404).field("retryable", false).end());
      if (what == "later") failRetryable("busy", -31, data.get("ms").number(-1));
      if (what == "plain") fail("plain", -32);
      // The first failure counts.
      failRetryable("second");
      out.null();
    }
  }
}
`;

let host: PlainHost;

beforeAll(async () => {
  host = new PlainHost(
    await compile(PLUGIN, { plugin: true, flags: ['--exportStart', '_initialize'] }),
  );
  host.init({});
}, 60_000);

const DETAILS = { code: -30, message: 'no "answer"', details: { status: 404, retryable: false } };

describe('failures with details', () => {
  it.each([
    { input: { what: 'details' }, code: -30, error: DETAILS },
    {
      input: { what: 'later' },
      code: -31,
      error: { code: -31, message: 'busy', details: { retryable: true } },
    },
    {
      input: { what: 'later', ms: 1500.2 },
      code: -31,
      error: { code: -31, message: 'busy', details: { retryable: true, retry_after_ms: 1501 } },
    },
  ])('reach the host as JSON: $input', ({ input, code, error }) => {
    expect(host.execute(input)).toBe(code);
    expect(JSON.parse(host.error)).toEqual(error);
  });

  it('leave the next failure as it is', () => {
    host.execute({ what: 'details' });
    expect(host.execute({ what: 'plain' })).toBe(-32);
    expect(host.error).toBe('plain');
  });

  it('stand in the entry of a batch', () => {
    const inputs = ['details', 'plain'].map((what) => ({ data: { what } }));
    expect(host.batch(inputs)).toEqual([
      { error: DETAILS },
      { error: { code: -32, message: 'plain' } },
    ]);
  });
});

describe('parseHttpDate()', () => {
  const parse = (text: string): unknown => host.execute({ what: 'date', text });

  it('agrees with Date on every day, in all three forms', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 253_402_300_799 }), (seconds) => {
        const date = new Date(seconds * 1000);
        const text = date.toUTCString();
        const [weekday = '', day = '', month = '', year = '', time = ''] = text
          .replace(',', '')
          .split(' ');
        const old = `${weekday} ${month} ${String(Number(day)).padStart(2)} ${time} ${year}`;
        const short = `${weekday}day, ${day}-${month}-${year.slice(2)} ${time} GMT`;
        // A two-digit year is one from 1970 to 2069.
        const hasShort = Number(year) < 2070;
        const forms = [text, old, ...(hasShort ? [short] : [])];
        expect(forms.map(parse)).toEqual(forms.map(() => date.getTime()));
      }),
    );
  });

  it.each([
    ['Sun, 06 Nov 1994 08:49:37 GMT', 784_111_777_000],
    ['Sunday, 06-Nov-94 08:49:37 GMT', 784_111_777_000],
    ['Sun Nov  6 08:49:37 1994', 784_111_777_000],
  ])('reads the example of the standard: %s', (text, expected) => {
    expect(parse(text)).toBe(expected);
  });

  it.each([
    '',
    'soon',
    '20',
    '1994-11-06T08:49:37Z',
    'Sun, 06 Nov 1994 08:49:37 CET',
    'Sun, 06 anF 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 8:49 GMT',
    'Sun, 32 Nov 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 24:00:00 GMT',
    'Sun, 06 Nov 1994 08:61:00 GMT',
    'Sun, 06 Nov 99999 08:49:37 GMT',
    'Sun, 0x6 Nov 1994 08:49:37 GMT',
  ])('takes no other text for a date: %s', (text) => {
    expect(parse(text)).toBeNull();
  });
});

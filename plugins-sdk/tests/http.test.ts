import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

import { compile } from './compile.js';
import { PlainHost } from './plain-host.js';

const PLUGIN = `
import {
  Custom, describeHostCode, EventStream, files, http, HttpRequest, Json, JsonWriter, plugin,
} from "@testbench/plugins-sdk";

@plugin({ name: "fetcher" })
export class Fetcher extends Custom {
  run(data: Json, out: JsonWriter): void {
    const what = data.get("what").text();
    if (what == "read") {
      const text = files.readText(data.get("path").text());
      if (text === null) out.null(); else out.string(text);
      return;
    }
    if (what == "write") { out.boolean(files.writeText(data.get("path").text(), data.get("text").text())); return; }
    if (what == "list") { out.json(files.list(data.get("path").text())); return; }
    if (what == "file lines") {
      const file = files.open(data.get("path").text());
      out.array();
      while (true) {
        const line = file.body.readLine();
        if (line === null) break;
        out.string(line);
      }
      out.end();
      file.close();
      return;
    }
    const request = new HttpRequest(data.get("method").text("GET"), "https://a.test/é").header("x-a", "\${secret:KEY}");
    if (data.get("type").exists) request.header("Content-Type", data.get("type").text()).header("X-A", "b");
    if (data.get("body").exists) request.json(new JsonWriter().object().field("text", data.get("body").text()).end()).timeout(500);
    const response = http.fetch(request);
    out.object().field("code", response.code).field("status", response.status).field("type", response.header("content-type"));
    out.field("url", response.url).field("ok", response.ok);
    if (what == "text") out.field("text", response.text());
    if (what == "json") out.field("json", response.json());
    if (what == "pieces") {
      out.key("pieces").array();
      while (true) {
        const piece = response.body.readText();
        if (piece === null) break;
        out.string(piece);
      }
      out.end();
    }
    if (what == "events") {
      const events = new EventStream(response.body);
      out.key("events").array();
      while (events.next()) out.array().value(events.type).value(events.data).value(events.lastId).value(events.retryMs).end();
      out.end();
    }
    out.field("end", response.body.code).field("complete", response.body.isComplete).field("problem", describeHostCode(response.body.code));
    response.close();
    out.end();
  }
}
`;

let bytes: Uint8Array<ArrayBuffer>;

beforeAll(async () => {
  bytes = await compile(PLUGIN, { plugin: true, flags: ['--exportStart', '_initialize'] });
}, 60_000);

function load(): PlainHost {
  const host = new PlainHost(bytes);
  expect(host.init({})).toBe(0);
  return host;
}

/** A host whose network answers with these pieces. */
function answering(...pieces: (string | Uint8Array | number)[]): PlainHost {
  const host = load();
  host.answer = () => ({
    head: { status: 200, url: 'https://a.test/b', headers: { 'content-type': 'text/x' } },
    pieces,
  });
  return host;
}

const cut = (whole: Uint8Array, places: readonly number[]): Uint8Array[] => {
  const edges = [0, ...places.map((place) => place % (whole.length + 1)), whole.length].toSorted(
    (a, b) => a - b,
  );
  return edges
    .slice(1)
    .map((end, index) => whole.subarray(edges[index], end))
    .filter(({ length }) => length > 0);
};

describe('http.fetch()', () => {
  it('sends method, URL, headers, body and time', () => {
    const host = answering('{"a":[1]}');
    let request: unknown;
    const { answer } = host;
    host.answer = (value) => {
      request = value;
      return answer(value);
    };
    const result = host.execute({ what: 'json', method: 'POST', body: 'é"' });
    expect(request).toEqual({
      method: 'POST',
      url: 'https://a.test/é',
      // The host fills it in.
      headers: { 'x-a': '${secret:KEY}', 'content-type': 'application/json' },
      body: '{"text":"é\\""}',
      timeout_ms: 500,
    });
    expect(result).toMatchObject({
      code: 0,
      status: 200,
      ok: true,
      type: 'text/x',
      url: 'https://a.test/b',
      json: { a: [1] },
      end: 0,
      complete: true,
    });
    expect(host.openHandles).toBe(0);
  });

  it('sends each header once, as it was set last, and the type that the author chose', () => {
    const host = load();
    let headers: unknown;
    host.answer = (request) => {
      ({ headers } = request);
      return -3;
    };
    host.execute({ what: 'text', body: 'x', type: 'application/x-own' });
    expect(headers).toEqual({ 'x-a': 'b', 'content-type': 'application/x-own' });
  });

  it('gives a refused request as an answer without status', () => {
    const host = load();
    host.answer = () => -3;
    expect(host.execute({ what: 'text' })).toMatchObject({
      code: -3,
      status: 0,
      ok: false,
      text: '',
      type: '',
    });
  });

  it('says that a body broke off, and gives what came', () => {
    const host = answering('{"a":1}', -5);
    expect(host.execute({ what: 'json' })).toMatchObject({
      json: null,
      end: -5,
      complete: false,
      problem: 'broken off',
    });
    expect(answering('ab', -6).execute({ what: 'text' })).toMatchObject({ text: 'ab', end: -6 });
  });

  it('reads a head and a body of any length', () => {
    const host = load();
    const long = 'é'.repeat(100_000);
    host.answer = () => ({
      head: { status: 404, url: '', headers: { a: 'x'.repeat(9000), 'content-type': 'last' } },
      pieces: [long, long],
    });
    const result = host.execute({ what: 'text' });
    expect(result).toMatchObject({ status: 404, ok: false, type: 'last' });
    expect(result.text).toBe(long + long);
  });

  it('reads a bare number', () => {
    expect(answering('12', '34').execute({ what: 'json' }).json).toBe(1234);
  });

  it('decodes any bytes in any pieces as the Encoding standard does', () => {
    const byte = fc.oneof(
      fc.constantFrom(0x41, 0xc3, 0xa9, 0xf0, 0x9f, 0x98, 0x80, 0xe2, 0x82, 0xac, 0xed, 0xa0),
      fc.integer({ min: 0, max: 255 }),
    );
    fc.assert(
      fc.property(
        fc.array(byte, { maxLength: 24 }),
        fc.array(fc.nat(24), { maxLength: 4 }),
        (list, places) => {
          const whole = Uint8Array.from(list);
          const expected = new TextDecoder('utf-8', { ignoreBOM: true }).decode(whole);
          const pieces = cut(whole, places);
          const host = answering(...pieces);
          expect(host.execute({ what: 'text' }).text).toBe(expected);
          const read = answering(...pieces).execute({ what: 'pieces' }).pieces as string[];
          expect(read.join('')).toBe(expected);
          // Complete characters are returned at once: no empty pieces, and no more pieces than were received.
          expect(read.length).toBeLessThanOrEqual(pieces.length + 1);
          expect(read).not.toContain('');
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('EventStream', () => {
  // Most are the examples of https://html.spec.whatwg.org/multipage/server-sent-events.html
  it.each<[string, [type: string, data: string, id: string, retry: number][]]>([
    ['data: YHOO\ndata: +2\ndata: 10\n\n', [['message', 'YHOO\n+2\n10', '', -1]]],
    [
      ': test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n',
      [
        ['message', 'first event', '1', -1],
        ['message', 'second event', '', -1],
      ],
    ],
    [
      'data\n\ndata\ndata\n\ndata:',
      [
        ['message', '', '', -1],
        ['message', '\n', '', -1],
      ],
    ],
    [
      'data:test\n\ndata: test\n\n',
      [
        ['message', 'test', '', -1],
        ['message', 'test', '', -1],
      ],
    ],
    [
      'event: add\r\ndata: 7\r\n\r\nevent: x\r\r\rdata: y\r\n\n',
      [
        ['add', '7', '', -1],
        ['message', 'y', '', -1],
      ],
    ],
    ['\ufeffdata: bom\n\n', [['message', 'bom', '', -1]]],
    ['\ufeff\ufeffdata: boms\n\n', []],
    ['retry: 3000\nretry: 1x\nid: a\u0000b\ndata: :x: y\n\n', [['message', ':x: y', '', 3000]]],
    ['foo: bar\nData: no\ndata: é😀\nevent:\n\n', [['message', 'é😀', '', -1]]],
    ['data: cut off\n', []],
    ['data: a\n\ndata: b\n', [['message', 'a', '', -1]]],
    ['', []],
  ])('reads %j, however it is cut', (text, events) => {
    const whole = new TextEncoder().encode(text);
    fc.assert(
      fc.property(fc.array(fc.nat(whole.length), { maxLength: 6 }), (places) => {
        const result = answering(...cut(whole, places)).execute({ what: 'events' });
        expect(result).toMatchObject({ events, end: 0, complete: true });
      }),
      { numRuns: 60 },
    );
  });

  it('gives the events before a failure, and the failure', () => {
    expect(answering('data: a\n\ndata: b\n\nda', -5).execute({ what: 'events' })).toMatchObject({
      events: [
        ['message', 'a', '', -1],
        ['message', 'b', '', -1],
      ],
      end: -5,
      complete: false,
    });
  });
});

describe('files', () => {
  it('are read, written and listed', () => {
    const host = load();
    expect(host.execute({ what: 'write', path: '/data/a', text: 'é😀\r\nb\n\nc' })).toBe(true);
    expect(host.files.get('/data/a')).toBe('é😀\r\nb\n\nc');
    expect(host.execute({ what: 'read', path: '/data/a' })).toBe('é😀\r\nb\n\nc');
    expect(host.execute({ what: 'file lines', path: '/data/a' })).toEqual(['é😀', 'b', '', 'c']);
    expect(host.execute({ what: 'list', path: '/data' })).toEqual([{ name: 'a', type: 'file' }]);
    for (let index = 0; index < 300; index += 1) host.files.set(`/data/${index}`, '');
    expect(host.execute({ what: 'list', path: '/data' })).toHaveLength(301);
    expect(host.openHandles).toBe(0);
  });

  it('that are not there or not granted are null, false and missing', () => {
    const host = load();
    expect(host.execute({ what: 'read', path: '/data/none' })).toBe(null);
    expect(host.execute({ what: 'read', path: '/etc/passwd' })).toBe(null);
    expect(host.execute({ what: 'write', path: '/etc/passwd', text: 'x' })).toBe(false);
    expect(host.execute({ what: 'list', path: '/etc' })).toBe(null);
    expect(host.execute({ what: 'file lines', path: '/etc/passwd' })).toEqual([]);
  });
});

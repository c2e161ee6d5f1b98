import type {
  HttpTransport,
  HttpTransportRequest,
  HttpTransportResponse,
} from '@testbench/types/stores';
import { describe, expect, it } from 'vitest';

/** How the suite gets the transports that it tests. */
export interface HttpTransportSubject {
  /**
   * Opens a transport that answers `GET https://api.example.com/text` with status 200, the header `content-type: text/plain`
   * and the body `hello`, either itself or with the response of `send`.
   */
  readonly open: () => HttpTransport | Promise<HttpTransport>;
  /**
   * Opens a transport that never gets an answer: `send` does not answer before the signal fires. Left out if the transport never
   * has to wait.
   */
  readonly openStuck?: () => HttpTransport | Promise<HttpTransport>;
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

async function* chunks(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield utf8(text);
}

/** What the network would do. */
async function send(): Promise<HttpTransportResponse> {
  return {
    statusCode: 200,
    headers: { 'content-type': 'text/plain' },
    body: chunks('hel', 'lo'),
  };
}

function sendNever({ signal }: HttpTransportRequest): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

const request = (signal = new AbortController().signal): HttpTransportRequest => ({
  method: 'GET',
  url: new URL('https://api.example.com/text'),
  headers: { accept: 'text/plain' },
  body: undefined,
  signal,
});

/** Tests that an implementation keeps the contract of `HttpTransport`. */
export function testHttpTransport(name: string, subject: HttpTransportSubject): void {
  describe(`${name}, as an HttpTransport`, () => {
    it('answers with a status, headers in lower case and a body in chunks', async () => {
      const transport = await subject.open();
      const { statusCode, headers, body } = await transport(request(), send);
      expect(statusCode).toBe(200);
      expect(headers['content-type']).toBe('text/plain');
      for (const header of Object.keys(headers)) expect(header).toBe(header.toLowerCase());
      let text = '';
      for await (const chunk of body) {
        expect(chunk).toBeInstanceOf(Uint8Array);
        text += new TextDecoder().decode(chunk);
      }
      expect(text).toBe('hello');
    });

    it('leaves the request as it is', async () => {
      const transport = await subject.open();
      const sent = request();
      const before = { ...sent, headers: { ...sent.headers }, url: sent.url.href };
      const { body } = await transport(sent, send);
      for await (const chunk of body) void chunk;
      expect({ ...sent, headers: sent.headers, url: sent.url.href }).toEqual(before);
    });

    it('lets a body be left before its end', async () => {
      const transport = await subject.open();
      const { body } = await transport(request(), send);
      for await (const chunk of body) {
        expect(chunk.length).toBeGreaterThan(0);
        break;
      }
    });

    const { openStuck } = subject;
    if (openStuck !== undefined) {
      it.each(['before', 'after'])(
        'rejects when the signal fires %s it was asked',
        async (when) => {
          const transport = await openStuck();
          const controller = new AbortController();
          if (when === 'before') controller.abort();
          const answer = transport(request(controller.signal), sendNever);
          controller.abort();
          await expect(answer).rejects.toBe(controller.signal.reason);
        },
      );
    }
  });
}

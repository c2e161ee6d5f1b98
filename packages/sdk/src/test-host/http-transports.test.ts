import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { testHttpTransport } from '@testbench/test-kit/contracts';
import type { HttpTransportResponse } from '@testbench/types/stores';

import { handlerTransport, inChunks } from './http-handler.js';
import { recordedHttp } from './recorded-http.js';

const answer = { headers: { 'Content-Type': 'text/plain' }, body: ['hel', 'lo'] };
const newFile = (): string => join(mkdtempSync(join(tmpdir(), 'testbench-http-')), 'http.jsonl');

testHttpTransport('handlerTransport()', {
  open: () => handlerTransport(() => answer),
  openStuck: () => handlerTransport(() => new Promise(() => {})),
});

testHttpTransport('recordedHttp() that records', {
  open: () => recordedHttp(newFile(), { update: true }).transport,
  openStuck: () => recordedHttp(newFile(), { update: true }).transport,
});

testHttpTransport('recordedHttp() that plays', {
  async open() {
    const path = newFile();
    const recording = recordedHttp(path, { update: true });
    const request = {
      method: 'GET',
      url: new URL('https://api.example.com/text'),
      headers: {},
      body: undefined,
      signal: new AbortController().signal,
    };
    const send = async (): Promise<HttpTransportResponse> => ({
      statusCode: 200,
      headers: { 'content-type': 'text/plain' },
      body: inChunks(answer.body),
    });
    const { body } = await recording.transport(request, send);
    for await (const chunk of body) void chunk;
    await recording.save();
    return recordedHttp(path, { update: false }).transport;
  },
});

import Anthropic from '@anthropic-ai/sdk';
import { ApiError, GoogleGenAI } from '@google/genai';
import { type ModelServerOptions, serveModels } from '@testbench/test-kit/model-server';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';

const TEXT = 'The capital of France is Paris é😀';
const question = [{ role: 'user' as const, content: TEXT }];

/** The server, and both providers' official clients connected to it, without retries unless requested. */
async function open(options: ModelServerOptions = {}, maxRetries = 0) {
  const server = await serveModels({ prices: { input: 3, output: 15 }, ...options });
  const openai = new OpenAI({ baseURL: `${server.origin}/v1`, apiKey: 'sk-test', maxRetries });
  const anthropic = new Anthropic({ baseURL: server.origin, apiKey: 'sk-test', maxRetries });
  const gemini = new GoogleGenAI({
    apiKey: 'sk-test',
    httpOptions: { baseUrl: server.origin, retryOptions: { attempts: 1 } },
  });
  return {
    server,
    openai,
    anthropic,
    gemini,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

type Opened = Awaited<ReturnType<typeof open>>;

const askOpenai = ({ openai }: Opened) =>
  openai.chat.completions.create({ model: 'small', messages: question });
const askAnthropic = ({ anthropic }: Opened) =>
  anthropic.messages.create({ model: 'small', messages: question, max_tokens: 100 });

describe('the model server, by the official clients', () => {
  it('answers', async () => {
    await using opened = await open();
    const completion = await askOpenai(opened);
    expect(completion.choices[0]).toMatchObject({
      message: { role: 'assistant', content: TEXT },
      finish_reason: 'stop',
    });
    const message = await askAnthropic(opened);
    expect(message).toMatchObject({
      role: 'assistant',
      content: [{ type: 'text', text: TEXT }],
      stop_reason: 'end_turn',
    });
    const { bill, requests } = opened.server;
    expect(bill).toMatchObject({
      answers: 2,
      promptTokens: completion.usage!.prompt_tokens + message.usage.input_tokens,
      completionTokens: completion.usage!.completion_tokens + message.usage.output_tokens,
    });
    expect(bill.money).toBeCloseTo((bill.promptTokens * 3 + bill.completionTokens * 15) / 1e6, 12);
    expect(requests.map(({ api }) => api)).toEqual(['openai', 'anthropic']);
  });

  it('stops at the most tokens', async () => {
    await using opened = await open();
    const { openai, anthropic, server } = opened;
    const completion = await openai.chat.completions.create({
      model: 'small',
      messages: question,
      max_completion_tokens: 3,
    });
    expect(completion.choices[0]).toMatchObject({
      message: { content: 'The capital of' },
      finish_reason: 'length',
    });
    const message = await anthropic.messages.create({
      model: 'small',
      messages: question,
      max_tokens: 3,
    });
    expect(message).toMatchObject({ stop_reason: 'max_tokens', usage: { output_tokens: 3 } });
    expect(server.bill.completionTokens).toBe(6);
  });

  it('streams, as the clients put streams together', async () => {
    await using opened = await open();
    const { openai, anthropic } = opened;
    const stream = openai.chat.completions.stream({
      model: 'small',
      messages: question,
      stream_options: { include_usage: true },
    });
    const pieces: string[] = [];
    stream.on('content', (piece) => void pieces.push(piece));
    const completion = await stream.finalChatCompletion();
    expect(completion.choices[0]?.message.content).toBe(TEXT);
    expect(completion.usage?.completion_tokens).toBe(7);
    expect(pieces).toHaveLength(7);
    const texts: string[] = [];
    const message = await anthropic.messages
      .stream({ model: 'small', messages: question, max_tokens: 100 })
      .on('text', (text) => void texts.push(text))
      .finalMessage();
    expect(message).toMatchObject({
      content: [{ type: 'text', text: TEXT }],
      stop_reason: 'end_turn',
      usage: { output_tokens: 7 },
    });
    expect(texts).toHaveLength(7);
  });

  it.each([
    { status: 400, openai: OpenAI.BadRequestError, anthropic: Anthropic.BadRequestError },
    { status: 401, openai: OpenAI.AuthenticationError, anthropic: Anthropic.AuthenticationError },
    { status: 429, openai: OpenAI.RateLimitError, anthropic: Anthropic.RateLimitError },
    { status: 500, openai: OpenAI.InternalServerError, anthropic: Anthropic.InternalServerError },
    { status: 529, openai: OpenAI.InternalServerError, anthropic: Anthropic.InternalServerError },
  ])('says $status in the words of each', async ({ status, ...errors }) => {
    await using opened = await open({ fault: () => ({ status, retryAfter: '7' }) });
    for (const [ask, type] of [
      [askOpenai, errors.openai],
      [askAnthropic, errors.anthropic],
    ] as const) {
      const error: unknown = await ask(opened).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(type);
      expect(error).toMatchObject({ status });
      expect((error as { headers: Headers }).headers.get('retry-after')).toBe('7');
      expect(String(error)).toContain(`The server says ${status}`);
    }
    expect(opened.server.bill.answers).toBe(0);
  });

  it.each([
    { what: 'no key', more: { headers: { authorization: null, 'x-api-key': null } }, status: 401 },
    { what: 'no messages', more: {}, messages: [], status: 400 },
  ])('refuses a request with $what', async ({ more, messages = question, status }) => {
    await using opened = await open();
    const { openai, anthropic } = opened;
    await expect(
      openai.chat.completions.create({ model: 'small', messages }, more),
    ).rejects.toMatchObject({ status });
    await expect(
      anthropic.messages.create({ model: 'small', messages, max_tokens: 1 }, more),
    ).rejects.toMatchObject({ status });
  });

  it('is retried when it says when', async () => {
    const fault: ModelServerOptions['fault'] = ({ number }) =>
      number % 2 === 0 ? { status: 429, retryAfter: '0.001' } : undefined;
    await using opened = await open({ fault }, 1);
    expect((await askOpenai(opened)).choices).toHaveLength(1);
    expect((await askAnthropic(opened)).content).toHaveLength(1);
    expect(opened.server).toMatchObject({ refused: 2, bill: { answers: 2 } });
    const counts = opened.server.requests.map(({ headers }) => headers['x-stainless-retry-count']);
    expect(counts).toEqual(['0', '1', '0', '1']);
  });

  it.each(['cut', 'malformed'] as const)(
    'fails the clients when the answer is %s',
    async (fault) => {
      await using opened = await open({ fault: () => fault });
      await expect(askOpenai(opened)).rejects.toThrow(/./);
      await expect(askAnthropic(opened)).rejects.toThrow(/./);
      const { openai, anthropic, server } = opened;
      const stream = openai.chat.completions.stream({ model: 'small', messages: question });
      await expect(stream.finalChatCompletion()).rejects.toThrow(/./);
      const other = anthropic.messages.stream({
        model: 'small',
        messages: question,
        max_tokens: 9,
      });
      await expect(other.finalMessage()).rejects.toThrow(/./);
      // The model has answered nevertheless.
      expect(server.bill.answers).toBe(4);
    },
  );

  it('sends bytes that are no UTF-8', async () => {
    await using opened = await open({ fault: () => 'encoding' });
    const { server } = opened;
    const response = await fetch(`${server.origin}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk-test' },
      body: JSON.stringify({ model: 'small', messages: question }),
    });
    const bytes = new Uint8Array(await response.arrayBuffer());
    expect(() => new TextDecoder('utf-8', { fatal: true }).decode(bytes)).toThrow(TypeError);
    // The clients replace it with a replacement character.
    expect(JSON.stringify(await askOpenai(opened))).toContain('\uFFFD');
  });

  it('counts what is in flight, and refuses more than it has places for', async () => {
    await using opened = await open({ places: 3, isHeld: true, retryAfter: '2' });
    const { server } = opened;
    const ends = Array.from({ length: 5 }, (_, index) =>
      (index % 2 === 0 ? askOpenai : askAnthropic)(opened).catch((error: unknown) => error),
    );
    await expect.poll(() => server.requests.length).toBe(5);
    await expect.poll(() => server.refused).toBe(2);
    expect(server).toMatchObject({ inFlight: 3, peak: 3 });
    server.release();
    const settled = await Promise.all(ends);
    expect(settled.filter((end) => end instanceof Error)).toHaveLength(2);
    expect(server.bill.answers).toBe(3);
    await expect.poll(() => server.inFlight).toBe(0);
  });

  it('forgets a request whose client goes away', async () => {
    await using opened = await open({ fault: () => 'silent' });
    const { openai, server } = opened;
    const controller = new AbortController();
    const { signal } = controller;
    const asked = openai.chat.completions.create(
      { model: 'small', messages: question },
      { signal },
    );
    await expect.poll(() => server.inFlight).toBe(1);
    controller.abort();
    await expect(asked).rejects.toThrow(OpenAI.APIUserAbortError);
    await expect.poll(() => server.inFlight).toBe(0);
  });

  it('answers the client of Gemini, whole, in a stream, cut off, and with an error', async () => {
    await using opened = await open();
    const { gemini, server } = opened;
    const asked = { model: 'small', contents: TEXT };
    const answer = await gemini.models.generateContent(asked);
    expect(answer).toMatchObject({
      text: TEXT,
      modelVersion: 'small',
      candidates: [{ finishReason: 'STOP' }],
      usageMetadata: { candidatesTokenCount: 7 },
    });
    const pieces: string[] = [];
    for await (const chunk of await gemini.models.generateContentStream(asked)) {
      pieces.push(chunk.text ?? '');
    }
    expect(pieces.join('')).toBe(TEXT);
    expect(pieces).toHaveLength(7);
    const config = { maxOutputTokens: 3 };
    const cut = await gemini.models.generateContent({ ...asked, config });
    expect(cut).toMatchObject({
      text: 'The capital of',
      candidates: [{ finishReason: 'MAX_TOKENS' }],
    });
    expect(server.bill).toMatchObject({ answers: 3, completionTokens: 17 });
    await using failing = await open({ fault: () => ({ status: 429 }) });
    const error: unknown = await failing.gemini.models
      .generateContent(asked)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 429 });
    expect(String(error)).toContain('The server says 429');
  });
});

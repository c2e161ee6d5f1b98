import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import { createMemorySecrets, PluginSystem } from '@testbench/core';
import { type ModelServer, serveModels } from '@testbench/test-kit/model-server';
import type { CallAttachment } from '@testbench/types/abi';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';

const file = (mediaType: string, bytes: string): CallAttachment => ({
  mediaType,
  bytes: new TextEncoder().encode(bytes),
});
const PNG = file('image/png', 'png');
const WAV = file('audio/wav', 'wave');
const PDF = file('application/pdf', '%PDF-');
const TEXT = file('text/plain', 'the cat sat');
const base64 = ({ bytes }: CallAttachment): string => Buffer.from(bytes).toString('base64');

const BASE_PATHS = { openai: '/v1', anthropic: '', gemini: '/v1beta' } as const;

const described = (files: readonly CallAttachment[]) =>
  files.map(({ mediaType, bytes }, index) => ({
    field: `file${index}`,
    media_type: mediaType,
    bytes: bytes.length,
    digest: 'sha256:0',
  }));

/** What a provider of ours sends for a question with files. */
async function sentBy(
  server: ModelServer,
  name: 'openai' | 'anthropic' | 'gemini',
  files: readonly CallAttachment[],
  data: object = { prompt: 'What is it?' },
) {
  const { host } = new URL(server.origin);
  const secret = `${name.toUpperCase()}_API_KEY`;
  await using system = new PluginSystem({
    isolation: 'inline',
    secrets: createMemorySecrets({ [secret]: { value: 'sk-test-0123', hosts: [host] } }),
  });
  const path = new URL(`../example-plugins/${name}/build/${name}.wasm`, import.meta.url);
  const { id } = await system.loadPlugin(path, {
    config: { base_url: server.origin + BASE_PATHS[name] },
    permissions: { network: true, allowedHosts: [host] },
  });
  const input = { data: { model: 'small', ...data, attachments: described(files) } };
  await system.executePlugin(id, input, { attachments: files });
  return server.requests.at(-1)!.body['messages'];
}

describe('files of a question', () => {
  it('are content parts as the official client of OpenAI writes them', async () => {
    await using server = await serveModels();
    const client = new OpenAI({ baseURL: `${server.origin}/v1`, apiKey: 'sk-test' });
    await client.chat.completions.create({
      model: 'small',
      messages: [
        {
          role: 'user',
          content: [
            { type: 'image_url', image_url: { url: `data:image/png;base64,${base64(PNG)}` } },
            { type: 'input_audio', input_audio: { data: base64(WAV), format: 'wav' } },
            {
              type: 'file',
              file: {
                filename: 'file2.pdf',
                file_data: `data:application/pdf;base64,${base64(PDF)}`,
              },
            },
            { type: 'text', text: 'the cat sat' },
            { type: 'text', text: 'What is it?' },
          ],
        },
      ],
    });
    const official = server.requests.at(-1)!.body['messages'];
    expect(await sentBy(server, 'openai', [PNG, WAV, PDF, TEXT])).toEqual(official);
  });

  it('are parts as the official client of Gemini writes them', async () => {
    await using server = await serveModels();
    const client = new GoogleGenAI({
      apiKey: 'sk-test',
      httpOptions: { baseUrl: server.origin, retryOptions: { attempts: 1 } },
    });
    const inline = (given: CallAttachment): object => ({
      inlineData: { mimeType: given.mediaType, data: base64(given) },
    });
    const parts = [inline(PNG), inline(WAV), inline(PDF), { text: 'the cat sat' }];
    await client.models.generateContent({
      model: 'small',
      contents: [{ role: 'user', parts: [...parts, { text: 'What is it?' }] }],
    });
    const official = server.requests.at(-1)!.body['messages'];
    expect(await sentBy(server, 'gemini', [PNG, WAV, PDF, TEXT])).toEqual(official);
  });

  it('are content parts as the official client of Anthropic writes them', async () => {
    await using server = await serveModels();
    const client = new Anthropic({ baseURL: server.origin, apiKey: 'sk-test' });
    await client.messages.create({
      model: 'small',
      max_tokens: 10,
      messages: [
        {
          role: 'user',
          content: [
            {
              type: 'image',
              source: { type: 'base64', media_type: 'image/png', data: base64(PNG) },
            },
            {
              type: 'document',
              source: { type: 'base64', media_type: 'application/pdf', data: base64(PDF) },
            },
            {
              type: 'document',
              source: { type: 'text', media_type: 'text/plain', data: 'the cat sat' },
            },
            { type: 'text', text: 'What is it?' },
          ],
        },
      ],
    });
    const official = server.requests.at(-1)!.body['messages'];
    expect(await sentBy(server, 'anthropic', [PNG, PDF, TEXT])).toEqual(official);
  });

  it.each(['openai', 'anthropic'] as const)(
    'go before the last turn of the user of a conversation (%s)',
    async (name) => {
      await using server = await serveModels();
      const messages = [
        { role: 'user', content: 'attachment-1-0e, and attachment-1-' },
        { role: 'assistant', content: 'Yes?' },
        { role: 'user', content: [{ type: 'text', text: 'What is it?' }] },
      ];
      const sent = (await sentBy(server, name, [PNG], { messages })) as typeof messages;
      // A text that looks like our token is left as it is.
      expect(sent.slice(0, 2)).toEqual(messages.slice(0, 2));
      expect(sent[2]!.content).toMatchObject([
        { type: name === 'openai' ? 'image_url' : 'image' },
        { type: 'text', text: 'What is it?' },
      ]);
      expect(JSON.stringify(sent[2])).toContain(base64(PNG));
    },
  );

  it('are refused by their type', async () => {
    await using server = await serveModels();
    await expect(sentBy(server, 'anthropic', [WAV])).rejects.toMatchObject({
      code: 'CALL_INVALID_INPUT',
      pluginMessage: expect.stringContaining(
        'attachment "file0" is audio/wav, and the server takes images',
      ),
    });
    expect(server.requests).toEqual([]);
  });
});

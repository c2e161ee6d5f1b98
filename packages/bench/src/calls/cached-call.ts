import { createHash } from 'node:crypto';

import { parseWireJson } from '@testbench/types';
import { type ConfigNode, type OptionReaders, readOptions } from '@testbench/types/config';

import type { TokenUsage } from './token-usage.js';

/** The data kept of a paid call. */
export interface CachedCall {
  /** What the call returned: any JSON from a plugin or a server. */
  readonly answer: unknown;
  readonly finishReason?: string | undefined;
  readonly usage?: TokenUsage | undefined;
  /** What it cost, in the currency of the prices at that time. */
  readonly cost?: number | undefined;
  /** Fuel that the plugin used, so that a row made from the kept answer is the same. */
  readonly fuelUsed?: number | undefined;
  /** Numbers that the plugin reported. */
  readonly metrics?: Readonly<Record<string, number>> | undefined;
  readonly latency: CallLatency;
  /** When the answer came, in milliseconds since the epoch. */
  readonly answeredAt: number;
}

/** How long an answer took, in milliseconds. */
export interface CallLatency {
  /** Time spent waiting for a place, for rate limits and before retries. */
  readonly queueMs: number;
  /** Time until the first piece of a streamed answer. */
  readonly firstTokenMs?: number | undefined;
  /** Time of the attempt that was answered. */
  readonly durationMs: number;
}

type Facts = Omit<CachedCall, 'answer'>;

const MAX_NUMBER = Number.MAX_VALUE;
const amount = (node: ConfigNode): number => node.number(0, MAX_NUMBER);

const USAGE: OptionReaders<TokenUsage> = {
  promptTokens: (node) => node.wholeNumber(0),
  cachedTokens: (node) => node.wholeNumber(0),
  completionTokens: (node) => node.wholeNumber(0),
};

const LATENCY: OptionReaders<CallLatency> = {
  queueMs: amount,
  firstTokenMs: amount,
  durationMs: amount,
};

const FACTS: OptionReaders<Facts> = {
  finishReason: readString,
  usage: (node) =>
    readOptions<TokenUsage>(node.value, USAGE, node.path, [
      'promptTokens',
      'cachedTokens',
      'completionTokens',
    ]),
  cost: amount,
  fuelUsed: amount,
  metrics: readMetrics,
  latency: (node) =>
    readOptions<CallLatency>(node.value, LATENCY, node.path, ['queueMs', 'durationMs']),
  answeredAt: amount,
};

const DIGEST_CHARACTERS = 64;
const LINE_FEED = 10;
const encoder = new TextEncoder();

/**
 * Encodes a call: a line with a digest, a line of facts, and the answer. The digest covers the key, so that an entry is not valid under any
 * other name.
 */
export function encodeCachedCall(key: string, { answer, ...facts }: CachedCall): Uint8Array[] {
  const body = encoder.encode(`${JSON.stringify(facts)}\n${JSON.stringify(answer)}\n`);
  return [encoder.encode(`${digest(key, body)}\n`), body];
}

/**
 * Reads the bytes written by {@link encodeCachedCall} under the same key.
 *
 * @throws If the bytes are anything else: truncated, changed, written under another key, or forged.
 */
export function decodeCachedCall(key: string, bytes: Uint8Array): CachedCall {
  const found = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const body = found.subarray(DIGEST_CHARACTERS + 1);
  if (found.toString('latin1', 0, DIGEST_CHARACTERS + 1) !== `${digest(key, body)}\n`) {
    throw new RangeError('its digest is another');
  }
  const end = body.indexOf(LINE_FEED);
  const facts = readOptions<Facts>(parseWireJson(body.subarray(0, Math.max(0, end))), FACTS, '', [
    'latency',
    'answeredAt',
  ]);
  return { ...facts, answer: parseWireJson(body.subarray(end + 1)) };
}

function digest(key: string, body: Uint8Array): string {
  return createHash('sha256').update(key).update('\n').update(body).digest('hex');
}

/** Also for an empty one. */
function readString(node: ConfigNode): string {
  return typeof node.value === 'string' ? node.value : node.reject('a text');
}

function readMetrics(node: ConfigNode): Readonly<Record<string, number>> {
  const metrics = node.object();
  for (const value of Object.values(metrics)) {
    if (typeof value !== 'number') node.reject('an object of numbers');
  }
  return metrics as Record<string, number>;
}

import { ConfigNode, type OptionReaders, readOptions } from '@testbench/types/config';
import { ConfigError } from '@testbench/types/errors';
import type { RunRange } from '@testbench/types/stores';

import { QueueError } from './errors.js';
import { MAX_DENIALS, MAX_OUTCOME_BYTES, MAX_SHARD_RECORDS, MAX_TAGS } from './limits.js';

/** `sha256:` and 64 hex digits. */
export const DIGEST = /^sha256:[0-9a-f]{64}$/;
/** Name of a run: a plan's name and 12 digits of its digest. Never a path. */
export const RUN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}-[0-9a-f]{12}$/;
const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;
const TAG = /^[a-z0-9][a-z0-9._-]{0,63}$/;

/** A reference to a file by its content. */
export interface FileReference {
  /** `sha256:` and the hex digest. */
  readonly digest: string;
  readonly bytes: number;
}

/**
 * Reads JSON that came through Redis or the share, trusting nothing in it.
 *
 * @throws {QueueError} `QUEUE_MESSAGE_INVALID`.
 */
export function readMessage<T extends object>(
  what: string,
  value: unknown,
  maxBytes: number,
  readers: OptionReaders<T>,
  required: Parameters<typeof readOptions<T>>[3],
): T {
  const invalid = (state: string, cause?: unknown): QueueError =>
    new QueueError('QUEUE_MESSAGE_INVALID', `Cannot read ${what}: ${state}`, { cause });
  let parsed: unknown;
  try {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    if (typeof text !== 'string') throw new SyntaxError('it is nothing');
    if (Buffer.byteLength(text) > maxBytes) throw invalid(`it has more than ${maxBytes} bytes`);
    parsed = JSON.parse(text);
  } catch (cause) {
    throw cause instanceof QueueError ? cause : invalid('it is not JSON', cause);
  }
  try {
    // The reader takes only own keys, and all of them are checked: `__proto__` is unknown like any other.
    new ConfigNode(parsed).object();
    return readOptions<T>(parsed, readers, '', required);
  } catch (cause) {
    if (!(cause instanceof ConfigError)) throw cause;
    throw invalid(cause.message.replace(/^Cannot read (?:configuration: )?/, ''), cause);
  }
}

export const readDigest = (node: ConfigNode): string =>
  DIGEST.test(node.text()) ? node.text() : node.reject('"sha256:" and 64 hex digits');
export const readRunName = (node: ConfigNode): string =>
  RUN.test(node.text()) ? node.text() : node.reject('the name of a run');
export const readTraceparent = (node: ConfigNode): string =>
  TRACEPARENT.test(node.text()) ? node.text() : node.reject('a trace context of W3C');

/** Reads labels of workers and runs. */
export function readTags(node: ConfigNode): readonly string[] {
  const entries = node.list();
  if (entries.length > MAX_TAGS) node.reject(`at most ${MAX_TAGS} tags`);
  return entries.map((entry) =>
    TAG.test(entry.text())
      ? entry.text()
      : entry.reject('lower-case letters, digits, ".", "_" and "-"'),
  );
}

/** Reads a reference to a file. */
export function readFileReference(node: ConfigNode): FileReference {
  return readOptions<FileReference>(
    node.value,
    { digest: readDigest, bytes: (bytes) => bytes.wholeNumber(0) },
    node.path,
    ['digest', 'bytes'],
  );
}

/** What a worker returns for a shard: where its rows are, and data that is not in the rows. */
export interface ShardOutcome extends FileReference {
  readonly rows: number;
  readonly worker: string;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly timeMs: Readonly<Record<string, number>>;
  readonly denials: readonly { readonly id: string; readonly message: string }[];
}

/** @throws {QueueError} `QUEUE_MESSAGE_INVALID`. */
export function readOutcome(value: unknown): ShardOutcome {
  return readMessage<ShardOutcome>(
    'what a worker says of a shard',
    value,
    MAX_OUTCOME_BYTES,
    {
      digest: readDigest,
      bytes: (node) => node.wholeNumber(0),
      rows: (node) => node.wholeNumber(0),
      worker: (node) => node.text(),
      startedAt: (node) =>
        Number.isFinite(Date.parse(node.text())) ? node.text() : node.reject('a time'),
      durationMs: (node) => node.number(0, Number.MAX_SAFE_INTEGER),
      timeMs: (node) =>
        Object.fromEntries(
          Object.entries(node.object()).map(([stage, ms]) => [
            stage,
            new ConfigNode(ms, `timeMs.${stage}`).number(0, Number.MAX_SAFE_INTEGER),
          ]),
        ),
      denials: (node) => {
        const entries = node.list();
        if (entries.length > MAX_DENIALS) node.reject(`at most ${MAX_DENIALS} entries`);
        return entries.map((entry) =>
          readOptions<{ readonly id: string; readonly message: string }>(
            entry.value,
            { id: (id) => id.text(), message: (message) => message.text() },
            entry.path,
            ['id', 'message'],
          ),
        );
      },
    },
    ['digest', 'bytes', 'rows', 'worker', 'startedAt', 'durationMs', 'timeMs', 'denials'],
  );
}

/** The name of a shard, in Redis and as a folder of the share. */
export function shardName({ from, to }: RunRange): string {
  return `${from}-${to}`;
}

/** Parses a name made by {@link shardName}; undefined if it is not one. */
export function parseShardName(name: string): RunRange | undefined {
  const [, from, to] = /^(0|[1-9]\d{0,8})-([1-9]\d{0,8})$/.exec(name) ?? [];
  if (from === undefined) return undefined;
  const range = { from: Number(from), to: Number(to) };
  return range.to > range.from && range.to - range.from <= MAX_SHARD_RECORDS ? range : undefined;
}

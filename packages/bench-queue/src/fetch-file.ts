import { stat } from 'node:fs/promises';

import { QueueError } from './errors.js';
import { copyChecked, hexOf } from './folder-share.js';
import type { FileReference } from './message.js';
import type { Share } from './share.js';

/** Fetches a file of a run to this machine. */
export type FetchFile = (
  file: FileReference,
  target: string,
  what: 'plugin' | 'data' | 'attachment',
) => Promise<void>;

/** Which files a worker accepts onto its machine. */
export interface FilePolicy {
  readonly share: Share;
  /** Base addresses that data may be fetched from; the run's own sources count only if they begin with one of them. */
  readonly granted: readonly string[];
  /** Digests of the plugins that may run; undefined for any. */
  readonly plugins: ReadonlySet<string> | undefined;
}

/**
 * Fetches files of a run: from the share, or else, for data, from those of the run's sources that are granted. Each file is compared with its digest.
 *
 * @param sources Data sources of the run.
 * @throws {QueueError} `QUEUE_NOT_GRANTED`, `QUEUE_FILE_MISSING`, `QUEUE_FILE_DAMAGED`.
 */
export function fileFetcher(
  { share, granted, plugins }: FilePolicy,
  sources: readonly string[],
  signal: AbortSignal,
): FetchFile {
  return async (file, target, what) => {
    if (what === 'plugin' && plugins?.has(file.digest) === false) {
      throw new QueueError(
        'QUEUE_NOT_GRANTED',
        `Cannot run plugin ${file.digest}: this worker admits only those that it was told`,
      );
    }
    // Files fetched earlier were compared then, and only the worker uses the folder.
    const there = await stat(target).catch(() => undefined);
    if (there?.isFile() === true && there.size === file.bytes) return;
    if (await share.fetch(file, target, signal)) return;
    if (what === 'data') {
      for (const source of sources) {
        if (!granted.some((base) => isWithin(source, base))) continue;
        await download(source, file, target, signal);
        return;
      }
      if (sources.length > 0) {
        throw new QueueError(
          'QUEUE_NOT_GRANTED',
          `Cannot fetch data of ${file.digest}: the run takes them from ${sources.map((one) => new URL(one).origin).join(', ')}, which this worker may not ask`,
        );
      }
    }
    throw new QueueError(
      'QUEUE_FILE_MISSING',
      `Cannot fetch ${what} ${file.digest}: the share does not have it`,
    );
  };
}

/** Whether an address equals a base or is below it, comparing whole path segments. */
function isWithin(source: string, base: string): boolean {
  if (!URL.canParse(source) || !URL.canParse(base)) return false;
  const [one, other] = [new URL(source), new URL(base)];
  const folder = other.pathname.endsWith('/') ? other.pathname : `${other.pathname}/`;
  return one.origin === other.origin && `${one.pathname}/`.startsWith(folder);
}

async function download(
  source: string,
  file: FileReference,
  target: string,
  signal: AbortSignal,
): Promise<void> {
  const failed = (state: string, cause?: unknown): QueueError =>
    new QueueError(
      'QUEUE_FILE_MISSING',
      `Cannot fetch data ${file.digest} from ${new URL(source).origin}: ${state}`,
      { cause },
    );
  const hex = hexOf(file.digest);
  let response: Response;
  try {
    // A redirect could lead to an address that is not granted.
    response = await fetch(`${source}/sha256/${hex}`, {
      redirect: 'error',
      signal,
      headers: { 'accept-encoding': 'identity' },
    });
  } catch (cause) {
    throw failed('there is no answer, or it leads elsewhere', cause);
  }
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw failed(`the server answers ${response.status}`);
  }
  await copyChecked(response.body, file, target);
}

import { join, resolve } from 'node:path';

import { CallCache } from '@testbench/bench/calls';
import { formatCount } from '@testbench/report/terminal';

import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import type { CACHE_FLAGS } from '../flags/cache.js';
import { DEFAULT_OUTPUT_DIR } from '../limits.js';
import { escapeText } from '../render/escape-text.js';
import { formatBytes } from '../render/format-value.js';
import { UsageError } from '../usage-error.js';
import { writeJson } from '../render/write-json.js';

const DAY_MS = 24 * 60 * 60 * 1000;

/** `testbench cache stats|prune` */
export async function cacheCommand({
  io,
  flags,
  args,
}: CommandCall<typeof CACHE_FLAGS>): Promise<ExitCode> {
  const [action] = args;
  if (action !== 'stats' && action !== 'prune') {
    throw new UsageError(
      `cannot ${JSON.stringify(action)} a cache, expected stats or prune`,
      'cache',
    );
  }
  const { cacheDir, olderThanDays, maxMb, json } = flags;
  const folder = resolve(io.cwd, cacheDir ?? join(DEFAULT_OUTPUT_DIR, '.cache'));
  const cache = await CallCache.open({ folder });
  if (action === 'stats') {
    const stats = await cache.stats();
    if (json) {
      writeJson(io.stdout, stats);
      return ExitCode.ok;
    }
    const { entries, bytes, unfinished, foreign } = stats;
    io.stdout.write(
      `${formatCount(entries)} answers, ${formatBytes(bytes)} in ${escapeText(folder)}\n`,
    );
    if (unfinished > 0) {
      io.stdout.write(`${unfinished} unfinished files: \`cache prune\` removes them\n`);
    }
    if (foreign > 0) io.stdout.write(`${foreign} files that are not of the cache\n`);
    return ExitCode.ok;
  }
  const pruned = await cache.prune({
    ...(olderThanDays !== undefined && { olderThanMs: olderThanDays * DAY_MS }),
    ...(maxMb !== undefined && { maxBytes: maxMb * 1_000_000 }),
  });
  if (json) {
    writeJson(io.stdout, pruned);
    return ExitCode.ok;
  }
  const { removed, removedBytes, kept, keptBytes } = pruned;
  io.stdout.write(
    `${formatCount(removed)} answers removed (${formatBytes(removedBytes)}), ${formatCount(kept)} left (${formatBytes(keptBytes)})\n`,
  );
  return ExitCode.ok;
}

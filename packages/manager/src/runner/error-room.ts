import type { ErrorRecord } from '@testbench/types/errors';

import { MAX_ERRORS_BYTES } from '../limits.js';

const encoder = new TextEncoder();
const BRIEF_LENGTH = 200;

/**
 * Room for the errors of one message: a batch in which all inputs fail with long messages would exceed what a host reads.
 *
 * An error without enough room loses its details first, then the plugin's own message and its stack; its code, usage, the start of its message and whether it may be retried stay.
 */
export class ErrorRoom {
  #left = MAX_ERRORS_BYTES;

  fit(record: ErrorRecord): ErrorRecord {
    const { pluginDetails: _details, ...plain } = record;
    const { pluginMessage: _words, guestStack: _stack, ...bare } = plain;
    const brief = { ...bare, message: record.message.slice(0, BRIEF_LENGTH) };
    for (const candidate of [record, plain, brief]) {
      const size = encoder.encode(JSON.stringify(candidate)).length;
      if (size > this.#left) continue;
      this.#left -= size;
      return candidate;
    }
    const { code, usage, retryable, retryAfterMs } = record;
    return {
      code,
      message: brief.message,
      ...(usage === undefined ? {} : { usage }),
      ...(retryable === undefined ? {} : { retryable }),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    };
  }
}

import { MAX_CHUNK_BYTES } from '@testbench/host';
import type { CallContext, HostPluginCall } from '@testbench/types';
import { LOG_LEVELS, type LogLevel } from '@testbench/types/abi';
import { CallError } from '@testbench/types/errors';

import type { CallControls } from '../isolation/executor.js';
import type { AbortableWait } from '../isolation/abortable-wait.js';

/** What the host's own code may do during a call. */
export class HostCallContext implements HostPluginCall {
  readonly context: CallContext;
  /** The reported numbers. */
  readonly metrics: Record<string, number> = Object.create(null) as Record<string, number>;
  readonly #wait: AbortableWait;
  readonly #onChunk: CallControls['onChunk'];
  readonly #onLog: (level: LogLevel, message: string) => void;
  #ended = false;

  constructor(
    { request_id: requestId, metadata }: { request_id?: string; metadata: CallContext['metadata'] },
    wait: AbortableWait,
    onChunk: CallControls['onChunk'],
    onLog: (level: LogLevel, message: string) => void,
  ) {
    this.context = {
      ...(requestId === undefined ? {} : { requestId }),
      ...(metadata === undefined ? {} : { metadata }),
    };
    this.#wait = wait;
    this.#onChunk = onChunk;
    this.#onLog = onLog;
  }

  get signal(): AbortSignal {
    return this.#wait.signal;
  }

  /** Ends the call: from now on the context does nothing. */
  end(): void {
    this.#ended = true;
  }

  reportMetric(name: string, value: number): void {
    this.metrics[name] = value;
  }

  async emit(chunk: Uint8Array): Promise<void> {
    if (!(chunk instanceof Uint8Array) || chunk.length > MAX_CHUNK_BYTES) {
      throw new TypeError(
        `Cannot emit chunk: expected a Uint8Array of at most ${MAX_CHUNK_BYTES} bytes`,
      );
    }
    if (this.#ended || this.#wait.error !== undefined) {
      throw new CallError('CALL_CANCELLED', 'Cannot emit chunk: the call is over');
    }
    await this.#onChunk?.(chunk.slice());
  }

  log(level: LogLevel, message: string): void {
    this.#onLog(LOG_LEVELS.includes(level) ? level : 'info', message);
  }
}

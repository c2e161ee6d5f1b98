import { encodeInput, readOutput } from '@testbench/runtime';
import {
  escapeText,
  type PluginInput,
  type PluginMetadata,
  type PluginOutput,
  type ResourceLimits,
} from '@testbench/types';
import type { LogSink } from '@testbench/types/abi';
import { CallError, type CallUsage } from '@testbench/types/errors';

import { endedCall, type Ending } from '../ending.js';
import { checkLength, notStarted, settle } from '../isolation/batch.js';
import { letOthersRun } from '../isolation/event-loop-turn.js';
import type { BatchResult, CallControls, Executor } from '../isolation/executor.js';
import { AbortableWait } from '../isolation/abortable-wait.js';
import { MAX_HOST_CALLS_PER_BATCH, SHUTDOWN_TIMEOUT_MS } from '../limits.js';
import { HostCallContext } from './host-call-context.js';
import type { CheckedHostPlugin } from './read-host-plugin.js';

/** The limits for calls of the host's own plugin, and where its log records go. */
export interface HostExecutorSettings {
  readonly id: string;
  readonly limits: ResourceLimits;
  readonly onLog: LogSink;
  readonly now: (() => number) | undefined;
}

/** An input as a plugin sees it. */
interface Envelope {
  readonly data: unknown;
  readonly context: {
    readonly request_id?: string;
    readonly metadata: Readonly<Record<string, string>>;
  };
}

/**
 * Runs calls of the host's own code, on the caller's thread.
 *
 * Its data is converted to JSON and back, as for a guest: neither side can change the other's objects, and the same values are refused. The code is
 * not metered, and nothing can stop it while it computes: at the deadline the call ends, and its signal asks the code to stop.
 */
export class HostExecutor implements Executor {
  readonly isolation = 'host';
  readonly contract = 'host';
  readonly #plugin: CheckedHostPlugin;
  readonly #settings: HostExecutorSettings;
  readonly #running = new Set<AbortableWait>();
  #left = false;

  constructor(plugin: CheckedHostPlugin, settings: HostExecutorSettings) {
    this.#plugin = plugin;
    this.#settings = settings;
  }

  readonly payload = 'envelope';

  get limits(): ResourceLimits {
    return this.#settings.limits;
  }

  get metadata(): PluginMetadata {
    return this.#plugin.metadata;
  }

  execute(input: PluginInput, controls: CallControls): Promise<PluginOutput> {
    const { limits } = this.#settings;
    if (controls.maxFuel !== undefined) throw notMetered();
    return this.#execute(
      checkLength(encodeInput(input, 'envelope'), limits.maxInputBytes),
      controls,
    );
  }

  #execute(text: string, controls: CallControls): Promise<PluginOutput> {
    const { limits } = this.#settings;
    if (controls.maxFuel !== undefined) throw notMetered();
    const wait = new AbortableWait(controls.timeoutMs ?? limits.timeoutMs, controls.signal);
    this.#running.add(wait);
    return wait.race(this.#run(text, controls, wait)).finally(() => this.#running.delete(wait));
  }

  executeBatch(inputs: readonly PluginInput[], controls: CallControls): Promise<BatchResult[]> {
    return this.#inLanes(inputs, (input, own) => this.execute(input, own), controls);
  }

  executeTexts(texts: readonly string[], controls: CallControls): Promise<BatchResult[]> {
    return this.#inLanes(texts, (text, own) => this.#execute(text, own), controls);
  }

  async #inLanes<T>(
    inputs: readonly T[],
    execute: (input: T, controls: CallControls) => Promise<PluginOutput>,
    { timeoutMs, maxFuel, signal }: CallControls,
  ): Promise<BatchResult[]> {
    const results: BatchResult[] = Array.from(inputs, notStarted);
    let next = 0;
    const goesOn = (): boolean => next < inputs.length && signal?.aborted !== true;
    const lane = async (): Promise<void> => {
      while (goesOn()) {
        const index = next;
        next += 1;
        const input = inputs[index]!;
        results[index] = await settle(() => execute(input, { timeoutMs, maxFuel, signal }));
        await letOthersRun();
      }
    };
    await Promise.all(Array.from({ length: MAX_HOST_CALLS_PER_BATCH }, lane));
    return results;
  }

  /** A plugin of the host's own is as healthy as its host. */
  async health(): Promise<number> {
    return await Promise.resolve(0);
  }

  async shutdown(): Promise<void> {
    if (this.#left) return;
    this.#left = true;
    const waiting = new AbortableWait(SHUTDOWN_TIMEOUT_MS, undefined);
    try {
      await waiting.race((async () => void (await this.#plugin.shutdown()))());
    } catch {
      // Failures of a plugin during its shutdown are ignored.
    }
  }

  kill(ending: Ending): void {
    for (const wait of this.#running) wait.abort(endedCall(ending, 'finish'));
  }

  async #run(text: string, controls: CallControls, wait: AbortableWait): Promise<PluginOutput> {
    const startMs = performance.now();
    const usage = (): CallUsage => ({
      executionTimeMs: performance.now() - startMs,
      memoryUsedBytes: 0,
      fuelUsed: 0,
    });
    // Trusted: we wrote this text ourselves.
    const { data, context } = JSON.parse(text) as Envelope;
    const call = new HostCallContext(context, wait, controls.onChunk, (level, message) =>
      this.#log(level, message, context.request_id),
    );
    let answer: unknown;
    try {
      answer = await this.#plugin.run(data, call);
    } catch (cause) {
      throw wait.error ?? failed(cause, usage());
    } finally {
      call.end();
    }
    const { maxOutputBytes } = this.#settings.limits;
    try {
      const { data: result, metrics } = readOutput(
        encodeOutput(answer, call.metrics),
        'envelope',
        // The host's own code can call anything directly: output that looks like an ask is plain data.
        { type: this.metadata.pluginType, maxBytes: maxOutputBytes },
      );
      return { data: result, metadata: { metrics, ...usage() } };
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      throw new CallError(error.code, error.message, { cause: error.cause, usage: usage() });
    }
  }

  #log(
    level: Parameters<LogSink>[0]['level'],
    message: string,
    requestId: string | undefined,
  ): void {
    const { id, onLog, now } = this.#settings;
    onLog({
      pluginId: id,
      level,
      message: escapeText(message),
      timestampMs: now?.() ?? Date.now(),
      ...(requestId === undefined ? {} : { requestId }),
    });
  }
}

/** @throws {CallError} `CALL_INVALID_OUTPUT` for a value that JSON cannot represent. */
function encodeOutput(
  data: unknown,
  metrics: Readonly<Record<string, number>>,
): Uint8Array<ArrayBuffer> {
  let text: string | undefined;
  let cause: unknown;
  try {
    if (data !== undefined) text = JSON.stringify({ data, metadata: { metrics } });
  } catch (error) {
    cause = error;
  }
  if (text !== undefined) return new TextEncoder().encode(text);
  const reason = cause instanceof Error ? cause.message : `a ${typeof data} has no JSON form`;
  throw new CallError('CALL_INVALID_OUTPUT', `Cannot read output: ${reason}`, { cause });
}

/** A plugin may throw `CALL_PLUGIN_FAILED` itself; anything else that it throws becomes one. */
function failed(cause: unknown, usage: CallUsage): CallError {
  if (cause instanceof CallError && cause.code === 'CALL_PLUGIN_FAILED') return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  return new CallError('CALL_PLUGIN_FAILED', `Cannot finish call: the plugin failed: ${message}`, {
    cause,
    usage,
    pluginMessage: message,
  });
}

function notMetered(): CallError {
  return new CallError(
    'CALL_UNSUPPORTED',
    'Cannot limit fuel: a plugin of the host’s own is not metered; give it "timeoutMs"',
  );
}

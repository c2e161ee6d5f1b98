import {
  type BatchEntry,
  type OutputRules,
  type ParsedOutput,
  readBatchOutput,
  readOutput,
  type RoundOutput,
} from '@testbench/runtime';
import type { PluginInput, PluginMetadata, ResourceLimits } from '@testbench/types';
import type { PayloadForm } from '@testbench/types/abi';
import { CallError, type CallUsage } from '@testbench/types/errors';

import { checkMetadata } from '../runner/check-metadata.js';
import { CRASH_CODES } from '../crash-codes.js';
import type { Ending } from '../ending.js';
import { LOAD_TIMEOUT_MS, MAX_RUNNER_INPUT_LENGTH } from '../limits.js';
import type { PipelineItem } from '../pipeline/pipeline-stage.js';
import { requestIdOf } from '../request-id.js';
import { freshInstanceFailure } from '../runner/fresh-instance.js';
import { usesEffects } from '../runner/uses-effects.js';
import { asFailedLoad } from './as-failed-load.js';
import {
  type BatchGroup,
  encodeChecked,
  groupInputs,
  groupTexts,
  limitsOfBatch,
  notStarted,
  toResult,
} from './batch.js';
import { EqualOutputs } from './equal-outputs.js';
import type { BatchResult, CallControls, Executor } from './executor.js';
import { AbortableWait } from './abortable-wait.js';
import type { Outcome } from './parse-reply.js';
import {
  pipelineCommand,
  type RemotePipelineResults,
  type RemoteStageOf,
} from './pipeline-command.js';
import type { RemoteGuest } from './remote-guest.js';
import type { LoadedFacts, Runner } from './runner.js';
import type { RunnerPool } from './runner-pool.js';

/** A stage of a pipeline whose plugin runs in a thread. */
export type RemoteStage = RemoteStageOf<RemoteExecutor>;

/** Runs calls in threads or child processes; outputs are parsed and checked here. */
export class RemoteExecutor implements Executor {
  /**
   * True if it runs in a thread, and its guest has neither a function to ask the host for anything nor random numbers that depend on the call number.
   */
  readonly sharesThread: boolean;

  private constructor(
    readonly isolation: string,
    readonly pool: RunnerPool,
    readonly guest: RemoteGuest,
    readonly facts: LoadedFacts,
  ) {
    const { module, setup } = guest;
    this.sharesThread =
      module !== undefined &&
      setup.seed === undefined &&
      !usesEffects(WebAssembly.Module.imports(module), setup);
  }

  /** @throws {LoadError} */
  static async load(
    isolation: string,
    pool: RunnerPool,
    guest: RemoteGuest,
  ): Promise<RemoteExecutor> {
    const timeoutMs = LOAD_TIMEOUT_MS + guest.setup.limits.timeoutMs;
    try {
      const facts = await pool.use(verifyingKey(guest), guest, {}, (runner) =>
        runner.load(guest, { timeoutMs }),
      );
      return new RemoteExecutor(isolation, pool, guest, facts);
    } catch (error) {
      throw asFailedLoad(error);
    }
  }

  get metadata(): PluginMetadata {
    return this.facts.metadata;
  }

  get contract(): string {
    return this.guest.setup.protocol.name;
  }

  get payload(): PayloadForm {
    return this.guest.setup.protocol.payload;
  }

  get limits(): ResourceLimits {
    return this.guest.setup.limits;
  }

  async execute(input: PluginInput, options: CallControls): Promise<RoundOutput> {
    const [result] = await this.#runInputs([this.#encode(input)], false, options, {
      requestId: requestIdOf(input),
      randomStream: options.randomStream,
      onTurn: true,
    });
    const { signal } = options;
    if (result?.status === 'fulfilled') {
      // A child process cannot be asked to stop, and may finish before it is killed if its host calls were ended.
      if (signal?.aborted !== true) return result.value;
      throw cancelled(signal);
    }
    const reason: unknown = result?.reason;
    // A runner does not know the reason.
    if (
      signal?.aborted === true &&
      reason instanceof CallError &&
      reason.code === 'CALL_CANCELLED'
    ) {
      throw cancelled(signal, reason.usage);
    }
    throw reason ?? new CallError('CALL_CRASHED', 'Cannot finish call: no answer');
  }

  async executeBatch(
    inputs: readonly PluginInput[],
    options: CallControls,
  ): Promise<BatchResult[]> {
    const results: BatchResult[] = [];
    results.length = inputs.length;
    const groups = [
      ...groupInputs(inputs, this.#encode, (index, reason) => {
        results[index] = { status: 'rejected', reason };
      }),
    ];
    await this.#runGroups(groups, results, options, options.alone === true);
    return results;
  }

  async executeTexts(texts: readonly string[], options: CallControls): Promise<BatchResult[]> {
    const results: BatchResult[] = [];
    results.length = texts.length;
    await this.#runGroups([...groupTexts(texts)], results, options, true);
    return results;
  }

  /** True if the guests of both can run in one thread for one command. */
  canShareThread(other: RemoteExecutor): boolean {
    return this.sharesThread && other.sharesThread && this.pool === other.pool;
  }

  /**
   * Sends items through this plugin and then others, all in one thread.
   *
   * @throws {CallError} If the results cannot be assigned to calls; none of them has had an effect.
   */
  async runPipeline(
    stages: readonly RemoteStage[],
    items: readonly PipelineItem[],
    signal: AbortSignal | undefined,
  ): Promise<RemotePipelineResults> {
    const guests = stages.map(({ executor }) => executor.guest);
    const command = pipelineCommand(stages, items, this.guest.now?.());
    const timeoutMs = command.stages.reduce((sum, stage) => sum + stage.timeoutMs, 0);
    return await this.#withRunner({ signal }, async (runner) => {
      for (const { executor } of stages) {
        if (!runner.has(executor.guest.version)) await executor.#loadInto(runner);
      }
      const answers = await runner.pipeline(
        guests as [RemoteGuest, ...RemoteGuest[]],
        {
          timeoutMs: timeoutMs * items.length,
          signal,
          inputs: stages.length * items.length,
        },
        command,
      );
      const equal = stages.map(() => new EqualOutputs());
      const results = answers.outcomes.map((outcome, index) => {
        const number = Math.floor(index / items.length);
        const { executor } = stages[number]!;
        return outcome === undefined ? undefined : executor.#read(outcome, equal[number]);
      });
      for (const [number, { executor, controls }] of stages.entries()) {
        controls.onReport?.(answers.reports[number]!);
        const own = results.slice(number * items.length, (number + 1) * items.length);
        if (own.some((result) => result !== undefined && isInvalid(result))) {
          runner.discard(executor.guest.version);
        }
      }
      return { results, left: answers.left };
    });
  }

  async #runGroups(
    groups: readonly BatchGroup[],
    results: BatchResult[],
    options: CallControls,
    alone: boolean,
  ): Promise<void> {
    const state: BatchState = { alone, rests: false };
    await Promise.all(
      groups.map(async ({ first, texts }) => {
        const part = await this.#runGroup(texts, options, first, state);
        part.forEach((result, position) => (results[first + position] = result));
      }),
    );
  }

  async health(): Promise<number> {
    return await this.#withRunner({ verifying: true }, (runner) =>
      runner.health(this.guest, { timeoutMs: this.guest.setup.limits.timeoutMs }),
    );
  }

  async shutdown(): Promise<void> {
    await this.pool.retire(this.guest);
  }

  kill(ending: Ending): void {
    this.pool.endCalls(this.guest, ending);
  }

  /** @param first Number of the group's first input in the batch. */
  async #runGroup(
    texts: readonly (string | Uint8Array)[],
    options: CallControls,
    first: number,
    state: BatchState,
  ): Promise<BatchResult[]> {
    if (state.rests) {
      const reason = new CallError('CALL_QUARANTINED', 'Cannot start call: the plugin rests');
      return rejectAll(texts, reason);
    }
    if (texts.length === 0) return [];
    const { randomStream } = options;
    const call = { randomStream: randomStream === undefined ? undefined : randomStream + first };
    try {
      if (this.facts.hasBatch && texts.length > 1 && !state.alone) {
        const results = await this.#runInputs(texts, true, options, call);
        // If a batch fails as a whole, nothing is known about its inputs: each runs alone.
        if (results.length === texts.length) return results;
      }
      return await this.#runInputs(texts, false, options, call);
    } catch (reason) {
      if (!(reason instanceof CallError)) throw reason;
      if (!CRASH_CODES.has(reason.code)) return rejectAll(texts, reason);
      if (texts.length === 1) {
        // Counted only here: one input kills the whole group, and it shows when that input runs alone.
        if (options.onCrash?.() === true) state.rests = true;
        return rejectAll(texts, reason);
      }
      // The other inputs are not to blame.
      const results: BatchResult[] = [];
      for (const [index, text] of texts.entries()) {
        const [result] = await this.#runGroup([text], options, first + index, state);
        if (result === undefined) continue;
        if (result.status === 'fulfilled') options.onRecovery?.();
        results.push(result);
      }
      return results;
    }
  }

  /** Runs inputs on one runner. A batch that fails as a whole gives one result. */
  async #runInputs(
    texts: readonly (string | Uint8Array)[],
    batch: boolean,
    options: CallControls,
    call: RemoteCall,
  ): Promise<BatchResult[]> {
    const { limits } = this.guest.setup;
    const { signal, onChunk } = options;
    const { requestId, randomStream = 0 } = call;
    // The time limit of a call counts from the request; in a batch, each input has its own.
    const waiting = call.onTurn === true ? options : { signal };
    return await this.#withRunner(waiting, async (runner, timeLeftMs) => {
      if (call.onTurn === true) options.onTurn?.();
      const one = {
        timeoutMs: timeLeftMs ?? options.timeoutMs ?? limits.timeoutMs,
        maxFuel: options.maxFuel ?? limits.maxFuel,
      };
      const all = limitsOfBatch(one, {}, texts.length);
      const reply = await runner.call(
        this.guest,
        {
          timeoutMs: all.timeoutMs,
          signal,
          onChunk,
          requestId,
          inputs: texts.length,
          attachments: options.attachments,
        },
        {
          inputs: batch ? [`[${texts.join(',')}]`] : texts,
          batch,
          ...(batch ? all : one),
          stream: onChunk !== undefined,
          randomStream,
          ...(requestId === undefined ? {} : { requestId }),
          ...(this.guest.now === undefined ? {} : { nowMs: this.guest.now() }),
        },
      );
      options.onReport?.(reply.report);
      const { outcomes } = reply;
      const results = batch
        ? this.#readBatch(outcomes[0], texts.length)
        : outcomes.map((outcome) => this.#read(outcome));
      if (results.some(isInvalid)) runner.discard(this.guest.version);
      if (batch) return results;
      // The inputs that did not run.
      while (results.length < texts.length) results.push(notStarted());
      return results;
    });
  }

  /**
   * Takes a runner that has the version loaded.
   *
   * A call abandoned in the meantime does not wait for the runner, which keeps starting for the next call. Once
   * `run` has started, the runner's own limits apply.
   *
   * @param run Receives what is left of the call's own time limit.
   */
  async #withRunner<T>(
    { timeoutMs, signal, verifying }: CallControls,
    run: (runner: Runner, timeoutMs: number | undefined) => Promise<T>,
  ): Promise<T> {
    const { setup, version } = this.guest;
    const start = performance.now();
    const wait = new AbortableWait(timeoutMs, signal);
    const key = verifying === true ? verifyingKey(this.guest) : setup.pluginId;
    const work = this.pool.use(key, this.guest, { signal, timeoutMs }, async (runner) => {
      if (!runner.has(version)) await this.#loadInto(runner);
      if (wait.error !== undefined) throw wait.error;
      wait.end();
      const left = timeoutMs && Math.max(1, Math.ceil(timeoutMs - (performance.now() - start)));
      return await run(runner, left);
    });
    return await wait.race(work);
  }

  /** Loads the version into another runner. */
  async #loadInto(runner: Runner): Promise<void> {
    try {
      const { limits } = this.guest.setup;
      const facts = await runner.load(this.guest, {
        timeoutMs: LOAD_TIMEOUT_MS + limits.timeoutMs,
      });
      checkMetadata(facts.metadata, this.facts.metadata);
    } catch (cause) {
      throw freshInstanceFailure(cause);
    }
  }

  #read(outcome: Outcome, equal?: EqualOutputs): BatchResult {
    if (!outcome.ok) return { status: 'rejected', reason: outcome.error };
    const { bytes, text, usage } = outcome;
    const read = (): ParsedOutput =>
      readOutput(bytes, this.guest.setup.protocol.payload, this.#rules, text);
    try {
      const { data, metrics, round } =
        equal === undefined || this.payload === 'bytes' ? read() : equal.read(text, read);
      const { executionTimeMs, memoryUsedBytes, fuelUsed } = usage;
      const metadata = { metrics, executionTimeMs, memoryUsedBytes, fuelUsed };
      const value: RoundOutput =
        round === undefined ? { data, metadata } : { data, metadata, round };
      return { status: 'fulfilled', value };
    } catch (error) {
      return { status: 'rejected', reason: withUsage(error, usage) };
    }
  }

  #readBatch(outcome: Outcome | undefined, count: number): BatchResult[] {
    if (outcome?.ok !== true) return [];
    let entries: BatchEntry[];
    try {
      entries = readBatchOutput(outcome.bytes, count, this.#rules);
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      return [];
    }
    return entries.map((entry) => toResult(entry, outcome.usage, count));
  }

  get #rules(): OutputRules {
    const { pluginType, asking } = this.metadata;
    return { type: pluginType, maxBytes: this.guest.setup.limits.maxOutputBytes, asking };
  }

  readonly #encode = (input: PluginInput): string | Uint8Array =>
    encodeChecked(
      input,
      this.guest.setup.protocol.payload,
      Math.min(this.guest.setup.limits.maxInputBytes, MAX_RUNNER_INPUT_LENGTH),
    );
}

/** A separate key: a new version must get a runner even while calls of the old one hold all places of the plugin. */
function verifyingKey({ setup }: RemoteGuest): string {
  return `verify ${setup.pluginId}`;
}

/** What a command contains besides its inputs. */
interface RemoteCall {
  readonly requestId?: string | undefined;
  readonly randomStream: number | undefined;
  /** Called when the call has its runner. */
  readonly onTurn?: boolean;
}

function rejectAll(texts: readonly unknown[], reason: CallError): BatchResult[] {
  return texts.map(() => ({ status: 'rejected', reason }));
}

/** State shared by the groups of one batch. */
interface BatchState {
  /** Runs each input in a separate call. */
  readonly alone: boolean;
  /** True once the plugin has crashed too often. */
  rests: boolean;
}

function isInvalid(result: BatchResult): boolean {
  if (result.status === 'fulfilled') return false;
  return result.reason instanceof CallError && result.reason.code === 'CALL_INVALID_OUTPUT';
}

function cancelled(signal: AbortSignal, usage?: CallUsage): CallError {
  return new CallError('CALL_CANCELLED', 'Cannot finish call: it was cancelled', {
    cause: signal.reason,
    usage,
  });
}

function withUsage(error: unknown, usage: CallUsage): unknown {
  if (!(error instanceof CallError)) return error;
  return new CallError(error.code, error.message, { cause: error.cause, usage });
}

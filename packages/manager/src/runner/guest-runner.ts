import {
  type CompiledPlugin,
  compilePlugin,
  importProtocol,
  type RawOutput,
  WIRE_PROTOCOLS,
} from '@testbench/runtime';
import { encodeMetadata, MAX_TIMEOUT_MS } from '@testbench/types';
import {
  type EffectCall,
  type EffectResult,
  type HostCallReport,
  type HostEffects,
  isCustomFunctionName,
  PER_CALL_FUNCTIONS,
  type WireProtocol,
} from '@testbench/types/abi';
import { CallError, LoadError, PluginError, toErrorRecord } from '@testbench/types/errors';

import { ErrorRoom } from './error-room.js';
import { CallBudget } from './fresh-instance.js';
import type { GuestParts } from './guest-instance.js';
import { GuestInstances } from './guest-instances.js';
import type {
  GuestSetup,
  HostLink,
  RunnerCommand,
  RunnerOutcome,
  RunnerReply,
} from './messages.js';
import { runPipeline } from './run-pipeline.js';

type LoadCommand = Extract<RunnerCommand, { type: 'load' }>;
type CallCommand = Extract<RunnerCommand, { type: 'call' }>;
type PipelineCommand = Extract<RunnerCommand, { type: 'pipeline' }>;
/** The part of a command that concerns one call. */
type GuestCall = Pick<
  CallCommand,
  'batch' | 'timeoutMs' | 'maxFuel' | 'stream' | 'randomStream'
> & { readonly requestId?: string | undefined };

/** Host calls of one command. */
interface Totals {
  calls: number;
  denied: number;
  readonly callsByName: Record<string, number>;
}

/**
 * Runs guests in a thread or child process, one command at a time, blocking it while a guest runs or waits.
 *
 * Everything a guest requests from outside goes over the link to the host, which performs it and enforces the permissions.
 */
export class GuestRunner {
  readonly #guests = new Map<number, GuestInstances>();
  /** The plugins' clock during the running call. */
  #nowMs: number | undefined;
  /** The running call, until the host has been told about it. */
  #begun: EffectCall | undefined;
  /** The guest that is running for a pipeline. */
  #version: number | undefined;

  constructor(readonly link: HostLink) {}

  /** Carries out a command and answers it. */
  async handle(command: RunnerCommand): Promise<void> {
    switch (command.type) {
      case 'load':
        return this.#send(await this.#load(command));
      case 'call':
        return this.#send(this.#call(command));
      case 'pipeline':
        return this.#send(this.#pipeline(command));
      case 'health':
        return this.#send(this.#health(command.version));
      case 'discard':
        return this.#guests.get(command.version)?.discard();
      case 'unload':
        this.#unload(command.version);
        return this.#send({ type: 'unloaded' });
      // An answer that is no longer awaited.
      case 'reply':
    }
  }

  async #load({ version, setup, module, bytes }: LoadCommand): Promise<RunnerReply> {
    try {
      const compiled =
        module === undefined
          ? await compilePlugin(new Uint8Array(bytes ?? []), {
              maxMemoryBytes: setup.limits.maxMemoryBytes,
              resettable: setup.reset,
              metering: setup.metering,
            })
          : {
              module,
              digest: '',
              maxMemoryBytes: setup.limits.maxMemoryBytes,
              metering: setup.metering,
              imports: WebAssembly.Module.imports(module),
            };
      const protocol = await findProtocol(setup);
      const guest = await GuestInstances.load(this.#parts(compiled, protocol, setup), 1);
      this.#guests.set(version, guest);
      return {
        type: 'loaded',
        metadata: JSON.stringify(encodeMetadata(guest.metadata)),
        hasBatch: guest.hasBatch,
      };
    } catch (error) {
      return { type: 'failed', error: toErrorRecord(known(error)) };
    }
  }

  #call(command: CallCommand): RunnerReply {
    this.#nowMs = command.nowMs;
    const outcomes: RunnerOutcome[] = [];
    const outputs: Uint8Array[] = [];
    const totals = noCalls();
    let end = 0;
    const room = new ErrorRoom();
    for (const [index, input] of command.inputs.entries()) {
      const guest = this.#guests.get(command.version);
      try {
        const { bytes, usage } = this.#run(guest, command, index, input, totals);
        end += bytes.length;
        outputs.push(bytes);
        outcomes.push({ ok: true, end, ...usage });
      } catch (error) {
        outcomes.push({ ok: false, error: room.fit(toErrorRecord(known(error))) });
      }
      if (this.link.isCancelled()) break;
    }
    return { type: 'done', outcomes, bytes: join(outputs, end), report: totals };
  }

  #pipeline(command: PipelineCommand): RunnerReply {
    this.#nowMs = command.nowMs;
    const room = new ErrorRoom();
    const stages = command.stages.map((stage) => ({
      guest: this.#guests.get(stage.version),
      call: { ...stage, batch: false, stream: false },
      totals: noCalls(),
    }));
    const done = runPipeline(command, {
      run: (number, item, input, keep) => {
        const { guest, call, totals } = stages[number]!;
        this.#version = call.version;
        return this.#run(guest, call, item, input, totals, keep);
      },
      isCancelled: this.#isCancelled,
      toRecord: (error) => room.fit(toErrorRecord(known(error))),
    });
    this.#version = undefined;
    return { ...done, reports: stages.map(({ totals }) => totals) };
  }

  /** Runs one input on the guest's instance, or on a fresh one that counts against its limits. */
  #run(
    guest: GuestInstances | undefined,
    command: GuestCall,
    index: number,
    input: string | Uint8Array,
    totals: Totals,
    keep?: (bytes: Uint8Array) => Uint8Array,
  ): RawOutput {
    if (guest === undefined)
      throw new CallError(
        'CALL_CRASHED',
        'Cannot start call: the plugin is not loaded in its runner',
      );
    const isCancelled = this.#isCancelled;
    let limits: { readonly timeoutMs: number; readonly maxFuel: number } = command;
    let taken = guest.take();
    if (taken === undefined) {
      const budget = new CallBudget(command.timeoutMs, command.maxFuel, isCancelled);
      taken = atOnce(guest.open(budget));
      limits = budget;
    }
    const { instance } = taken;
    taken.beginCall(command.randomStream + index);
    try {
      const options = {
        requestId: command.requestId,
        batch: command.batch,
        timeoutMs: limits.timeoutMs,
        maxFuel: limits.maxFuel,
        isCancelled,
        onChunk: command.stream ? this.#sendChunk : undefined,
      };
      return instance.executeRaw(input, options, keep);
    } finally {
      addReport(totals, instance.lastReport);
      guest.release(taken);
    }
  }

  #health(version: number): RunnerReply {
    const guest = this.#guests.get(version);
    const taken = guest?.take();
    // An instance that would have to be created first counts as healthy.
    if (guest === undefined || taken === undefined) return { type: 'health', code: 0 };
    try {
      return { type: 'health', code: taken.instance.health() };
    } catch (error) {
      return { type: 'failed', error: toErrorRecord(known(error)) };
    } finally {
      guest.release(taken);
    }
  }

  #unload(version: number): void {
    const guest = this.#guests.get(version);
    this.#guests.delete(version);
    void guest?.shutdown();
  }

  #parts(compiled: CompiledPlugin, protocol: WireProtocol, setup: GuestSetup): GuestParts {
    return {
      compiled,
      protocol,
      setup,
      effects: () => this.#remoteEffects,
      onLog: ({ level, message }) =>
        this.#send({ type: 'log', level, message, ...this.#speaker() }),
      now: () => this.#nowMs ?? Date.now(),
      blocks: true,
    };
  }

  readonly #isCancelled = (): boolean => this.link.isCancelled();

  /** Which guest a log record comes from, if several guests run. */
  #speaker(): { readonly version?: number } {
    return this.#version === undefined ? {} : { version: this.#version };
  }

  /** Effects that the host performs while this thread blocks. */
  readonly #remoteEffects: HostEffects = {
    beginCall: (call) => {
      this.#begun = call;
    },
    perform: (name, args) => {
      const isCounted = PER_CALL_FUNCTIONS.has(name) || isCustomFunctionName(name);
      if (this.#begun !== undefined && isCounted) {
        const remainingMs = Math.max(0, this.#begun.deadlineMs - performance.now());
        // Infinity cannot be sent as a number.
        this.#send({ type: 'begin', remainingMs: Math.min(remainingMs, MAX_TIMEOUT_MS) });
        this.#begun = undefined;
      }
      this.#send({ type: 'effect', name, args });
      return this.#awaitReply();
    },
    endCall: () => {},
  };

  readonly #sendChunk = (bytes: Uint8Array): void => {
    this.#send({ type: 'chunk', bytes });
    this.#awaitReply();
  };

  #send(reply: RunnerReply): void {
    this.link.send(reply);
  }

  #awaitReply(): EffectResult {
    for (;;) {
      const command = this.link.receive() as RunnerCommand;
      if (command.type === 'reply') return command;
    }
  }
}

function noCalls(): Totals {
  return { calls: 0, denied: 0, callsByName: {} };
}

function addReport(totals: Totals, { calls, denied, callsByName }: HostCallReport): void {
  // Most calls ask for nothing.
  if (calls === 0) return;
  totals.calls += calls;
  totals.denied += denied;
  for (const [name, count] of Object.entries(callsByName)) {
    totals.callsByName[name] = (totals.callsByName[name] ?? 0) + count;
  }
}

/** Finds, in this thread or process, the protocol that admission determined. */
async function findProtocol({ protocol }: GuestSetup): Promise<WireProtocol> {
  const { name, source } = protocol;
  if (source !== undefined) return await importProtocol(source, name);
  const builtIn = WIRE_PROTOCOLS.find((one) => one.name === name);
  if (builtIn === undefined) throw new TypeError(`Cannot run guest: no protocol "${name}"`);
  return builtIn;
}

/** A value that is never a promise: here the thread blocks while the host works. */
function atOnce<T>(value: T | Promise<T>): T {
  if (value instanceof Promise) throw new TypeError('Cannot run guest: it waits');
  return value;
}

/** Returns expected errors as they are; anything else is a bug of ours, and appears as a crash. */
function known(error: unknown): CallError | LoadError {
  if (error instanceof CallError || error instanceof LoadError) return error;
  const message = PluginError.is(error) || error instanceof Error ? error.message : String(error);
  return new CallError('CALL_CRASHED', `Cannot finish call: the runner failed (${message})`);
}

function join(parts: readonly Uint8Array[], length: number): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

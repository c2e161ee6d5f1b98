import { createHostBinding } from '@testbench/host';
import {
  type CompiledPlugin,
  compilePlugin,
  type InstanceCallOptions,
  PluginInstance,
  type RawOutput,
} from '@testbench/runtime';
import {
  CallError,
  type EffectCall,
  type EffectResult,
  encodeMetadata,
  type HostEffects,
  isCustomFunctionName,
  LoadError,
  PER_CALL_FUNCTIONS,
  PluginError,
  toErrorRecord,
} from '@testbench/types';

import { SHUTDOWN_TIMEOUT_MS } from '../limits.js';
import { CallRandom } from './call-random.js';
import { ErrorRoom } from './error-room.js';
import { CallBudget, freshInstanceFailure } from './fresh-instance.js';
import type {
  GuestSetup,
  RunnerCommand,
  RunnerLink,
  RunnerOutcome,
  RunnerReply,
} from './messages.js';

type LoadCommand = Extract<RunnerCommand, { type: 'load' }>;
type CallCommand = Extract<RunnerCommand, { type: 'call' }>;

/** Host calls of one command. */
interface Totals {
  calls: number;
  denied: number;
  readonly callsByName: Record<string, number>;
}

/** One version of a plugin in this runner, with the one instance that serves its calls. */
interface LoadedGuest {
  readonly plugin: CompiledPlugin;
  readonly setup: GuestSetup;
  readonly random: CallRandom | undefined;
  instance: PluginInstance | undefined;
}

/**
 * Runs guests in a thread or child process, one command at a time, blocking it while a guest runs or waits.
 *
 * Whatever a guest wants from outside goes over the link to the host, which does it and enforces the permissions.
 */
export class GuestRunner {
  readonly #guests = new Map<number, LoadedGuest>();
  /** The plugins' clock during the running call. */
  #nowMs: number | undefined;
  /** The running call, until the host knows of it. */
  #begun: EffectCall | undefined;

  constructor(readonly link: RunnerLink) {}

  /** Carries a command out and answers it. */
  async handle(command: RunnerCommand): Promise<void> {
    switch (command.type) {
      case 'load':
        return this.link.send(await this.#load(command));
      case 'call':
        return this.link.send(this.#call(command));
      case 'health':
        return this.link.send(this.#health(command.version));
      case 'discard':
        return this.#discard(command.version);
      case 'unload':
        this.#unload(command.version);
        return this.link.send({ type: 'unloaded' });
      // An answer that nobody waits for any more.
      case 'reply':
    }
  }

  async #load({ version, setup, module, bytes }: LoadCommand): Promise<RunnerReply> {
    try {
      const plugin =
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
      const random = setup.seed === undefined ? undefined : new CallRandom(setup.seed);
      const guest: LoadedGuest = { plugin, setup, random, instance: undefined };
      const instance = this.#open(guest);
      const metadata = instance.readMetadata();
      start(instance, setup);
      guest.instance = instance;
      this.#guests.set(version, guest);
      return {
        type: 'loaded',
        metadata: JSON.stringify(encodeMetadata(metadata)),
        contract: instance.contract,
        hasBatch: instance.hasBatch,
      };
    } catch (error) {
      return { type: 'failed', error: toErrorRecord(known(error)) };
    }
  }

  #call(command: CallCommand): RunnerReply {
    this.#nowMs = command.nowMs;
    const outcomes: RunnerOutcome[] = [];
    const outputs: Uint8Array[] = [];
    const totals = { calls: 0, denied: 0, callsByName: {} as Record<string, number> };
    let end = 0;
    const room = new ErrorRoom();
    for (const [index, input] of command.inputs.entries()) {
      const guest = this.#guests.get(command.version);
      try {
        if (guest === undefined) throw new CallError('CALL_CRASHED', 'Cannot start call: lost');
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

  /** Runs one input on the guest's instance, or on a fresh one, for which it pays. */
  #run(
    guest: LoadedGuest,
    command: CallCommand,
    index: number,
    input: string | Uint8Array,
    totals: Totals,
  ): RawOutput {
    const isCancelled = (): boolean => this.link.isCancelled();
    let limits: { readonly timeoutMs: number; readonly maxFuel: number } = command;
    if (guest.instance === undefined) {
      const budget = new CallBudget(command.timeoutMs, command.maxFuel, isCancelled);
      guest.random?.restart(0);
      guest.instance = this.#reopen(guest, budget);
      limits = budget;
    }
    const { instance } = guest;
    guest.random?.restart(command.randomStream + index);
    try {
      return instance.executeRaw(input, {
        requestId: command.requestId,
        batch: command.batch,
        timeoutMs: limits.timeoutMs,
        maxFuel: limits.maxFuel,
        isCancelled,
        onChunk: command.stream ? this.#sendChunk : undefined,
      });
    } finally {
      const { lastReport } = instance;
      totals.calls += lastReport.calls;
      totals.denied += lastReport.denied;
      for (const [name, calls] of Object.entries(lastReport.callsByName)) {
        totals.callsByName[name] = (totals.callsByName[name] ?? 0) + calls;
      }
      const usable = guest.setup.reset ? instance.reset() : !instance.poisoned;
      if (!usable) guest.instance = undefined;
    }
  }

  #health(version: number): RunnerReply {
    try {
      return { type: 'health', code: this.#guests.get(version)?.instance?.health() ?? 0 };
    } catch (error) {
      return { type: 'failed', error: toErrorRecord(known(error)) };
    }
  }

  #discard(version: number): void {
    const guest = this.#guests.get(version);
    if (guest !== undefined) guest.instance = undefined;
  }

  #unload(version: number): void {
    const instance = this.#guests.get(version)?.instance;
    this.#guests.delete(version);
    try {
      instance?.shutdown({ timeoutMs: SHUTDOWN_TIMEOUT_MS });
    } catch (error) {
      // Failures of a plugin that leaves are its own.
      if (!(error instanceof CallError)) throw error;
    }
  }

  /** A fresh instance in the place of one that failed. @throws {CallError} */
  #reopen(guest: LoadedGuest, budget: CallBudget): PluginInstance {
    try {
      const instance = this.#open(guest, budget.step);
      budget.spend(instance);
      instance.readMetadata(budget.step);
      budget.spend(instance);
      start(instance, guest.setup, budget.step);
      budget.spend(instance);
      return instance;
    } catch (cause) {
      throw freshInstanceFailure(cause);
    }
  }

  #open({ plugin, setup, random }: LoadedGuest, limits?: InstanceCallOptions): PluginInstance {
    const host = createHostBinding({
      pluginId: setup.pluginId,
      enableWasi: setup.enableWasi,
      directories: setup.directories,
      imports: plugin.imports,
      hostFunctions: setup.hostFunctions,
      effects: this.#remoteEffects,
      onLog: ({ level, message }) => this.link.send({ type: 'log', level, message }),
      now: () => this.#nowMs ?? Date.now(),
      ...(random === undefined ? {} : { random: random.fill }),
    });
    // Nothing gives a promise here: the thread blocks while the host works.
    return new PluginInstance(plugin, {
      host: { ...host, waiting: new Set() },
      limits: setup.limits,
      callsChecked: true,
      name: setup.name,
      ...(limits === undefined ? {} : { start: limits }),
    });
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
        // Infinity does not cross as a number.
        this.link.send({ type: 'begin', remainingMs: Math.min(remainingMs, 2 ** 31 - 1) });
        this.#begun = undefined;
      }
      this.link.send({ type: 'effect', name, args });
      return this.#awaitReply();
    },
    endCall: () => {},
  };

  readonly #sendChunk = (bytes: Uint8Array): void => {
    this.link.send({ type: 'chunk', bytes });
    this.#awaitReply();
  };

  #awaitReply(): EffectResult {
    for (;;) {
      const command = this.link.receive();
      if (command.type === 'reply') return command;
    }
  }
}

function start(instance: PluginInstance, setup: GuestSetup, limits?: InstanceCallOptions): void {
  instance.init(setup.config, limits);
  if (setup.reset) instance.takeSnapshot();
}

/** Domain failures as they are; anything else is ours, and shows as a crash. */
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

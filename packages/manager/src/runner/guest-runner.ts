import { createHostBinding, seededRandom } from '@testbench/host';
import { type CompiledPlugin, compilePlugin, PluginInstance } from '@testbench/runtime';
import {
  CallError,
  type EffectCall,
  type EffectResult,
  encodeMetadata,
  type HostEffects,
  LoadError,
  PluginError,
  toErrorRecord,
} from '@testbench/types';

import type {
  GuestSetup,
  RunnerCommand,
  RunnerLink,
  RunnerOutcome,
  RunnerReply,
} from './messages.js';

type LoadCommand = Extract<RunnerCommand, { type: 'load' }>;
type CallCommand = Extract<RunnerCommand, { type: 'call' }>;

/** One version of a plugin in this runner, with the one instance that serves its calls. */
interface LoadedGuest {
  readonly plugin: CompiledPlugin;
  readonly setup: GuestSetup;
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
            })
          : {
              module,
              digest: '',
              maxMemoryBytes: setup.limits.maxMemoryBytes,
              imports: WebAssembly.Module.imports(module),
            };
      const guest: LoadedGuest = { plugin, setup, instance: undefined };
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
    const { inputs, batch, timeoutMs, maxFuel, requestId, stream } = command;
    const count = batch ? inputs.length : 1;
    const options = {
      requestId,
      batch,
      timeoutMs: timeoutMs * count,
      maxFuel: Math.min(maxFuel * count, Number.MAX_SAFE_INTEGER),
      isCancelled: () => this.link.isCancelled(),
      ...(stream ? { onChunk: (chunk: Uint8Array) => this.#sendChunk(chunk) } : {}),
    };
    this.#nowMs = command.nowMs;
    const outcomes: RunnerOutcome[] = [];
    const outputs: Uint8Array[] = [];
    const totals = { calls: 0, denied: 0, callsByName: {} as Record<string, number> };
    let end = 0;
    for (const text of batch ? [`[${inputs.join(',')}]`] : inputs) {
      const guest = this.#guests.get(command.version);
      try {
        if (guest === undefined) throw new CallError('CALL_CRASHED', 'Cannot start call: lost');
        const instance = (guest.instance ??= this.#reopen(guest));
        try {
          const { bytes, usage } = instance.executeRaw(text, options);
          end += bytes.length;
          outputs.push(bytes);
          outcomes.push({ ok: true, end, ...usage });
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
      } catch (error) {
        outcomes.push({ ok: false, error: toErrorRecord(known(error)) });
      }
      if (this.link.isCancelled()) break;
    }
    return { type: 'done', outcomes, bytes: join(outputs, end), report: totals };
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
      instance?.shutdown();
    } catch (error) {
      // Failures of a plugin that leaves are its own.
      if (!(error instanceof CallError)) throw error;
    }
  }

  /** A fresh instance in the place of one that failed. */
  #reopen(guest: LoadedGuest): PluginInstance {
    try {
      const instance = this.#open(guest);
      instance.readMetadata();
      start(instance, guest.setup);
      return instance;
    } catch (cause) {
      if (!(cause instanceof LoadError)) throw cause;
      throw new CallError('CALL_CRASHED', `Cannot start a fresh instance: ${cause.message}`);
    }
  }

  #open({ plugin, setup }: LoadedGuest): PluginInstance {
    const host = createHostBinding({
      pluginId: setup.pluginId,
      enableWasi: setup.enableWasi,
      imports: plugin.imports,
      effects: this.#remoteEffects,
      onLog: ({ level, message }) => this.link.send({ type: 'log', level, message }),
      now: () => this.#nowMs ?? Date.now(),
      ...(setup.seed === undefined ? {} : { random: seededRandom(setup.seed) }),
    });
    // Nothing gives a promise here: the thread blocks while the host works.
    return new PluginInstance(plugin, {
      host: { ...host, waiting: new Set() },
      limits: setup.limits,
    });
  }

  /** Effects that the host performs while this thread blocks. */
  readonly #remoteEffects: HostEffects = {
    beginCall: (call) => {
      this.#begun = call;
    },
    perform: (name, args) => {
      if (this.#begun !== undefined && /^host_(http|file)_/.test(name)) {
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

  #sendChunk(bytes: Uint8Array): void {
    this.link.send({ type: 'chunk', bytes });
    this.#awaitReply();
  }

  #awaitReply(): EffectResult {
    for (;;) {
      const command = this.link.receive();
      if (command.type === 'reply') return command;
    }
  }
}

function start(instance: PluginInstance, setup: GuestSetup): void {
  instance.init(setup.config);
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

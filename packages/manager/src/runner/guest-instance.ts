import { createHostBinding } from '@testbench/host';
import {
  canSuspend,
  type CompiledPlugin,
  type InstanceCallOptions,
  PluginInstance,
} from '@testbench/runtime';
import {
  asksOthers,
  type HostBinding,
  type HostEffects,
  type LogSink,
  type ProtocolShape,
  type WireProtocol,
} from '@testbench/types/abi';
import { CallError } from '@testbench/types/errors';

import { SHUTDOWN_TIMEOUT_MS } from '../limits.js';
import { CallRandom } from './call-random.js';
import type { GuestSetup } from './messages.js';
import { usesEffects } from './uses-effects.js';

/** What the instances of one version of a plugin are made from, on any thread. */
export interface GuestParts {
  readonly compiled: CompiledPlugin;
  readonly setup: GuestSetup;
  readonly protocol: WireProtocol;
  /** What the host does for a guest; called once for each instance. */
  readonly effects: () => HostEffects;
  readonly onLog: LogSink;
  readonly now?: (() => number) | undefined;
  /** True if host functions block the thread until they are done, so that no guest ever has to be suspended. */
  readonly blocks: boolean;
}

/** One instance of a guest from its first instruction to its last, with the random numbers of its calls. */
export class GuestInstance {
  readonly instance: PluginInstance;
  readonly #setup: GuestSetup;
  readonly #random: CallRandom | undefined;
  #askedOthers = false;

  /**
   * Instantiates the module and runs its start function.
   *
   * @param limits Limits of the start function. @default the plugin's
   * @throws {LoadError}
   */
  constructor(parts: GuestParts, limits?: InstanceCallOptions) {
    const { compiled, setup, protocol, onLog, now } = parts;
    const random = setup.seed === undefined ? undefined : new CallRandom(setup.seed);
    const host = createHostBinding({
      pluginId: setup.pluginId,
      enableWasi: setup.enableWasi,
      directories: setup.directories,
      ...(setup.guestPaths === undefined ? {} : { guestPaths: setup.guestPaths }),
      imports: compiled.imports,
      hostFunctions: setup.hostFunctions,
      ...(usesHost(protocol) ? { protocol } : {}),
      onLog,
      // There may be thousands of instances, so each holds only what it can use.
      ...(usesEffects(compiled.imports, setup) ? { effects: this.#watched(parts.effects()) } : {}),
      ...(now === undefined ? {} : { now }),
      ...(random === undefined ? {} : { random: random.fill }),
    });
    this.#setup = setup;
    this.#random = random;
    this.instance = new PluginInstance(compiled, {
      host: withoutNeedlessWaits(host, parts),
      limits: setup.limits,
      callsChecked: true,
      name: setup.name,
      protocol,
      ...(limits === undefined ? {} : { start: limits }),
    });
  }

  /**
   * Runs `plugin_init`.
   *
   * @returns undefined if it is already done.
   * @throws {LoadError}
   */
  init(limits?: InstanceCallOptions): Promise<void> | undefined {
    const { config, reset } = this.#setup;
    const { instance } = this;
    const after = (): void => {
      if (reset) instance.takeSnapshot();
    };
    if (instance.waits) return instance.initAsync(config, limits).then(after);
    instance.init(config, limits);
    after();
    return undefined;
  }

  /** Gives the instance the random numbers of its next call. @param stream 0 for `plugin_init`, then the number of the call. */
  beginCall(stream: number): void {
    this.#askedOthers = false;
    this.#random?.restart(stream);
  }

  /** True if the call has sent a request beyond the host, for example to a server. */
  get askedOthers(): boolean {
    return this.#askedOthers;
  }

  #watched(effects: HostEffects): HostEffects {
    return {
      beginCall: (call) => effects.beginCall(call),
      perform: (name, args) => {
        this.#askedOthers ||= asksOthers(name);
        return effects.perform(name, args);
      },
      endCall: () => effects.endCall(),
    };
  }

  /** Prepares it for another call. @returns False if it cannot serve one. */
  renew(): boolean {
    return this.#setup.reset ? this.instance.reset() : !this.instance.poisoned;
  }

  /** Notifies the plugin that no more calls will come. @returns undefined if it was already notified. */
  shutdown(): Promise<void> | undefined {
    const limits = { timeoutMs: SHUTDOWN_TIMEOUT_MS };
    if (this.instance.waits) return this.instance.shutdownAsync(limits).catch(ignoreCallErrors);
    try {
      this.instance.shutdown(limits);
    } catch (error) {
      ignoreCallErrors(error);
    }
    return undefined;
  }
}

/** Failures of a plugin during its shutdown are ignored. */
function ignoreCallErrors(error: unknown): void {
  if (!(error instanceof CallError)) throw error;
}

/** True for a protocol whose adapter does something for its guests. */
function usesHost({ effects, hostFunctions }: ProtocolShape): boolean {
  return effects !== undefined || hostFunctions === 'any type';
}

/** A binding whose functions wait only if they must and the engine can suspend the guest meanwhile. */
function withoutNeedlessWaits(
  host: HostBinding,
  { blocks, setup }: Pick<GuestParts, 'blocks' | 'setup'>,
): HostBinding {
  if (blocks) return { ...host, waiting: new Set() };
  if (canSuspend) return host;
  // One of the host's own functions that answers at once also works where no guest can wait.
  const waiting = Array.from(host.waiting).filter((name) => !setup.hostFunctions.includes(name));
  return { ...host, waiting: new Set(waiting) };
}

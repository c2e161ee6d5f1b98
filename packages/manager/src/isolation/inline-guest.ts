import { createHostBinding } from '@testbench/host';
import {
  canSuspend,
  type CompiledPlugin,
  type InstanceCallOptions,
  PluginInstance,
} from '@testbench/runtime';
import {
  HOST_EFFECTS,
  HOST_MODULE,
  type HostEffects,
  isCustomFunctionName,
  type LogSink,
  type PluginMetadata,
} from '@testbench/types';

import { checkMetadata } from '../check-metadata.js';
import { CallRandom } from '../runner/call-random.js';
import { type CallBudget, freshInstanceFailure } from '../runner/fresh-instance.js';
import type { GuestSetup } from '../runner/messages.js';

/** What instances on the caller's thread are made from. */
export interface InlineGuest {
  readonly compiled: CompiledPlugin;
  readonly setup: GuestSetup;
  readonly effects: () => HostEffects;
  readonly onLog: LogSink;
  readonly now?: (() => number) | undefined;
}

/** Random numbers of the instances that have reproducible ones. */
const randoms = new WeakMap<PluginInstance, CallRandom>();

/** @throws {LoadError} */
export function openInstance(guest: InlineGuest, limits?: InstanceCallOptions): PluginInstance {
  const { compiled, setup, effects, onLog, now } = guest;
  const random = setup.seed === undefined ? undefined : new CallRandom(setup.seed);
  const host = createHostBinding({
    pluginId: setup.pluginId,
    enableWasi: setup.enableWasi,
    directories: setup.directories,
    imports: compiled.imports,
    hostFunctions: setup.hostFunctions,
    onLog,
    // Instances by the thousand should hold only what they can use.
    ...(usesEffects(compiled, setup) ? { effects: effects() } : {}),
    ...(now === undefined ? {} : { now }),
    ...(random === undefined ? {} : { random: random.fill }),
  });
  const start = limits === undefined ? {} : { start: limits };
  const binding = canSuspend ? host : { ...host, waiting: withoutCustom(host.waiting) };
  const instance = new PluginInstance(compiled, {
    host: binding,
    limits: setup.limits,
    callsChecked: true,
    name: setup.name,
    ...start,
  });
  if (random !== undefined) randoms.set(instance, random);
  return instance;
}

function usesEffects({ imports }: CompiledPlugin, setup: GuestSetup): boolean {
  // A WASI program reaches granted directories under other names.
  if (setup.enableWasi && setup.directories.length > 0) return true;
  return imports.some(
    ({ module, name }) =>
      (module === HOST_MODULE && Object.hasOwn(HOST_EFFECTS, name)) ||
      setup.hostFunctions.includes(`${module}.${name}`),
  );
}

/** A function of the host's own that answers at once runs also where no guest can wait. */
function withoutCustom(waiting: ReadonlySet<string>): ReadonlySet<string> {
  return new Set(Array.from(waiting).filter((name) => !isCustomFunctionName(name)));
}

/** Gives the instance the random numbers of its next call. */
export function restartRandom(instance: PluginInstance, stream: number | undefined): void {
  randoms.get(instance)?.restart(stream ?? 0);
}

/**
 * Runs `plugin_init`.
 *
 * @returns undefined if it is done already.
 * @throws {LoadError}
 */
export function startInstance(
  instance: PluginInstance,
  setup: GuestSetup,
  limits?: InstanceCallOptions,
): Promise<void> | undefined {
  const after = (): void => {
    if (setup.reset) instance.takeSnapshot();
  };
  if (instance.waits) return instance.initAsync(setup.config, limits).then(after);
  instance.init(setup.config, limits);
  after();
  return undefined;
}

/**
 * A fresh instance of a plugin that was loaded before, within what a call may take.
 *
 * @param metadata What it said at first; it must not say something else now, or its outputs would be checked by another shape.
 * @throws {CallError}
 */
export function freshInstance(
  guest: InlineGuest,
  metadata: PluginMetadata,
  budget: CallBudget,
): PluginInstance | Promise<PluginInstance> {
  try {
    const instance = openInstance(guest, budget.step);
    budget.spend(instance);
    checkMetadata(instance.readMetadata(budget.step), metadata);
    budget.spend(instance);
    const started = startInstance(instance, guest.setup, budget.step);
    if (started === undefined) {
      budget.spend(instance);
      return instance;
    }
    return started.then(
      () => {
        budget.spend(instance);
        return instance;
      },
      (cause: unknown) => {
        throw freshInstanceFailure(cause);
      },
    );
  } catch (cause) {
    throw freshInstanceFailure(cause);
  }
}

import { canSuspend, compilePlugin, type ModuleCache } from '@testbench/runtime';
import type { HostEffects, LogSink, WireProtocol } from '@testbench/types/abi';
import { LoadError } from '@testbench/types/errors';
import type { RunnerLink, RunnerStart } from '@testbench/types/stores';

import type { Executor } from '../isolation/executor.js';
import { InlineExecutor } from '../isolation/inline-executor.js';
import type { Isolation, IsolationChoice } from '../isolation/isolation.js';
import { RemoteExecutor } from '../isolation/remote-executor.js';
import type { RunnerPools } from '../isolation/runner-pools.js';
import { startCustom } from '../isolation/start-custom.js';
import { startProcess } from '../isolation/start-process.js';
import type { GuestSetup } from '../runner/messages.js';

/** A guest that is ready to run. */
export interface GuestToOpen {
  /** The admitted module: the whole of its buffer. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** SHA-256 of the bytes, in lower-case hex. */
  readonly sha256: string;
  readonly setup: GuestSetup;
  readonly protocol: WireProtocol;
  readonly effects: () => HostEffects;
  readonly onLog: LogSink;
  readonly now: (() => number) | undefined;
}

/** What all plugins of a host share to run. */
export interface Engine {
  readonly pools: RunnerPools;
  readonly cache: ModuleCache;
}

type Open = (guest: GuestToOpen, engine: Engine) => Promise<Executor>;

/** How a guest is opened in each isolation. */
const OPENERS: Readonly<Record<Isolation, Open>> = {
  inline: async (guest, engine) =>
    await InlineExecutor.load({ ...guest, compiled: await compile(guest, engine), blocks: false }),
  thread: async ({ bytes, sha256, protocol: _protocol, ...guest }, engine) => {
    const { module } = await compile({ bytes, sha256, setup: guest.setup }, engine);
    return await RemoteExecutor.load('thread', engine.pools.threads, {
      ...guest,
      version: nextVersion(),
      module,
    });
  },
  process: async (guest, engine) => {
    refuseOtherThanNode();
    return await openInRunners('process', startProcess, guest, engine);
  },
};

/** Opens it in runners that serve only this plugin: they get the original module, which the host's engine never reads. */
async function openInRunners(
  name: string,
  start: (runner: RunnerStart) => RunnerLink,
  { bytes, sha256: _sha256, protocol: _protocol, ...guest }: GuestToOpen,
  { pools }: Engine,
): Promise<Executor> {
  const { maxMemoryBytes } = guest.setup.limits;
  const pool = pools.openOwn((events) => start({ ...events, maxMemoryBytes }));
  try {
    return await RemoteExecutor.load(name, pool, { ...guest, version: nextVersion(), bytes });
  } catch (error) {
    pool.close();
    throw error;
  }
}

/** True if a guest can wait for the host in this isolation. */
export function canWaitIn(isolation: IsolationChoice): boolean {
  return isolation !== 'inline' || canSuspend;
}

/**
 * The third step of loading: compiles, instantiates and initializes the guest where it will run.
 *
 * @throws {LoadError} Nothing is kept if the guest fails.
 */
export async function openPlugin(
  isolation: IsolationChoice,
  guest: GuestToOpen,
  engine: Engine,
): Promise<Executor> {
  if (typeof isolation === 'string') return await OPENERS[isolation](guest, engine);
  const start = (runner: RunnerStart): RunnerLink => startCustom(isolation, runner);
  return await openInRunners(isolation.name, start, guest, engine);
}

let versionCount = 0;

/** A number that no other version in this host has. */
function nextVersion(): number {
  versionCount += 1;
  return versionCount;
}

async function compile(
  { bytes, sha256, setup }: Pick<GuestToOpen, 'bytes' | 'sha256' | 'setup'>,
  { cache, pools }: Engine,
) {
  return await compilePlugin(bytes, {
    maxMemoryBytes: setup.limits.maxMemoryBytes,
    resettable: setup.reset,
    metering: setup.metering,
    sha256,
    cache,
    compileModule: (...module) => pools.preparer.compile(...module),
  });
}

/** @throws {LoadError} `LOAD_UNSUPPORTED`. */
function refuseOtherThanNode(): void {
  const other = ['bun', 'deno'].find((name) => process.versions[name] !== undefined);
  if (other === undefined) return;
  throw new LoadError(
    'LOAD_UNSUPPORTED',
    `Cannot run plugin in a process: ${other} does not know the flags that harden a child of Node`,
  );
}

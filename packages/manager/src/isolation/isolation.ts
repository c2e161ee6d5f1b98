import type { PluginMetadata } from '@testbench/types';
import type { ConfigNode } from '@testbench/types/config';
import type { CustomIsolation } from '@testbench/types/stores';

/** Where a plugin runs that this package can run it: on the caller's thread, in a pool of worker threads, or in child processes of its own. */
export type Isolation = 'inline' | 'thread' | 'process';

/** Every {@link Isolation}. */
export const ISOLATIONS: readonly Isolation[] = ['inline', 'thread', 'process'];

/** One of ours by its name, or one of the host's own. */
export type IsolationChoice = Isolation | CustomIsolation;

const CUSTOM_NAME = /^[a-z][a-z0-9-]{0,63}$/;
/** Names that say something else in `info`. */
const TAKEN_NAMES: ReadonlySet<string> = new Set([...ISOLATIONS, 'host']);

/** @throws {ConfigError} `CONFIG_INVALID` for anything but one of our names or a `CustomIsolation`. */
export function readIsolation(node: ConfigNode): IsolationChoice {
  if (typeof node.value !== 'object' || node.value === null) return node.oneOf(ISOLATIONS);
  const isolation = node.implementation<CustomIsolation>('start');
  const { name } = isolation;
  if (typeof name !== 'string' || !CUSTOM_NAME.test(name) || TAKEN_NAMES.has(name)) {
    node.reject(
      `a "name" of lower-case letters, digits and hyphens that is none of ${Array.from(TAKEN_NAMES).join(', ')}`,
    );
  }
  return isolation;
}

/** What a policy may look at to choose an isolation. */
export interface IsolationRequest {
  /** The id that the caller gave. */
  readonly id: string | undefined;
  /** `sha256:` and the hex digest of the module's bytes. */
  readonly digest: string;
  /** From the custom section: the plugin's own unverified metadata. */
  readonly metadata: PluginMetadata | undefined;
}

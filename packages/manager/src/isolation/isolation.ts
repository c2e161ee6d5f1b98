import type { PluginMetadata } from '@testbench/types';
import type { ConfigNode } from '@testbench/types/config';
import type { CustomIsolation } from '@testbench/types/stores';

/** The places where this package can run a plugin: on the caller's thread, in a pool of worker threads, or in separate child processes. */
export type Isolation = 'inline' | 'thread' | 'process';

/** Every {@link Isolation}. */
export const ISOLATIONS: readonly Isolation[] = ['inline', 'thread', 'process'];

/** The name of a built-in isolation, or a custom one of the host. */
export type IsolationChoice = Isolation | CustomIsolation;

const CUSTOM_NAME = /^[a-z][a-z0-9-]{0,63}$/;
/** Names that have another meaning in `info`. */
const TAKEN_NAMES: ReadonlySet<string> = new Set([...ISOLATIONS, 'host']);

/** @throws {ConfigError} `CONFIG_INVALID` for anything but the name of a built-in isolation or a `CustomIsolation`. */
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

/** What a policy can base its choice of an isolation on. */
export interface IsolationRequest {
  /** The id that the caller gave. */
  readonly id: string | undefined;
  /** `sha256:` and the hex digest of the module's bytes. */
  readonly digest: string;
  /** From the custom section: the plugin's own unverified metadata. */
  readonly metadata: PluginMetadata | undefined;
}

import type { PluginMetadata } from '@testbench/types';

/** Where a plugin runs: on the caller's thread, in a pool of worker threads, or in child processes of its own. */
export type Isolation = 'inline' | 'thread' | 'process';

/** Every {@link Isolation}. */
export const ISOLATIONS: readonly Isolation[] = ['inline', 'thread', 'process'];

/** What a policy may look at to choose an isolation. */
export interface IsolationRequest {
  /** The id that the caller gave. */
  readonly id: string | undefined;
  /** `sha256:` and the hex digest of the module's bytes. */
  readonly digest: string;
  /** From the custom section: what the plugin says about itself, which nobody has verified. */
  readonly metadata: PluginMetadata | undefined;
}

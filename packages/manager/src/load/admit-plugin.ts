import type { AdmissionOptions } from '@testbench/sandbox';
import type { PluginMetadata } from '@testbench/types';

import type { ModulePreparer } from '../isolation/module-preparer.js';

/** An admitted module, and what is known about it before any of its code runs. */
export interface AdmittedPlugin {
  /** The whole of their buffer, not shared. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** SHA-256 of the bytes, in lower-case hex. */
  readonly sha256: string;
  /** `sha256:` followed by the same. */
  readonly digest: string;
  /** From the custom section; undefined if there is none. */
  readonly metadata: PluginMetadata | undefined;
  /** Name of its wire protocol. */
  readonly contract: string;
  readonly imports: readonly { readonly module: string; readonly name: string }[];
}

/**
 * The first step of loading: checks the module against what admission allows. The engine does not see it yet.
 *
 * @param bytes The whole of an unshared buffer: it may be transferred between threads.
 * @throws {LoadError} As `admitModule` does.
 */
export async function admitPlugin(
  bytes: Uint8Array<ArrayBuffer>,
  policy: AdmissionOptions,
  preparer: Pick<ModulePreparer, 'admit'>,
): Promise<AdmittedPlugin> {
  const { admitted, bytes: own } = await preparer.admit(bytes, policy);
  const { sha256, metadata, contract, imports } = admitted;
  return { bytes: own, sha256, digest: `sha256:${sha256}`, metadata, contract, imports };
}

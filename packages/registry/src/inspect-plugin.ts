import { createHash } from 'node:crypto';

import { requireReadable } from '@testbench/sandbox';
import { decodeMetadataSections, type PluginMetadata } from '@testbench/types';
import {
  checkContractExports,
  type ExportProblem,
  METADATA_SECTION,
  type ProtocolShape,
} from '@testbench/types/abi';
import { PROTOCOL_SHAPES } from '@testbench/types/protocols';
import { inspectModule, type ModuleSummary, readCustomSections } from '@testbench/wasm';

/** Facts about a module from its bytes. */
export interface PluginInspection {
  /** `sha256:` and the hex digest of the bytes. */
  readonly digest: string;
  /** From the custom section; undefined if there is none. */
  readonly metadata: PluginMetadata | undefined;
  /** Undefined if the module has no function `plugin_execute`. */
  readonly contract: string | undefined;
  /** Exports that do not meet the contract. */
  readonly exportProblems: readonly ExportProblem[];
  readonly summary: ModuleSummary;
}

/**
 * Describes a plugin without running it.
 *
 * @param bytes The whole module; read, not kept.
 * @param protocols Wire protocols that it may use; core's `WIRE_PROTOCOLS` has the built-in ones. @default the built-in ones
 * @throws {DecodeError} If the bytes are not a module, with the offset.
 * @throws {LoadError} `LOAD_INVALID_METADATA`; `LOAD_REJECTED` for a module so far above admission's caps that reading it would
 *   take long.
 */
export function inspectPlugin(
  bytes: Uint8Array,
  protocols: readonly ProtocolShape[] = PROTOCOL_SHAPES,
): PluginInspection {
  requireReadable(bytes);
  const summary = inspectModule(bytes);
  const { contract, problems } = checkContractExports(summary, protocols);
  return {
    digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
    metadata: decodeMetadataSections(readCustomSections(bytes, METADATA_SECTION)),
    contract,
    exportProblems: problems,
    summary,
  };
}

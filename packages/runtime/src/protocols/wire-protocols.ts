import type { WireProtocol } from '@testbench/types/abi';

import { CLASSIC_PROTOCOL } from './classic/classic-protocol.js';
import { EXTISM_PROTOCOLS } from './extism/extism-protocol.js';
import { V1_PROTOCOL } from './v1/v1-protocol.js';

/** The built-in wire protocols, in the order in which a module is matched against them. */
export const WIRE_PROTOCOLS: readonly WireProtocol[] = [
  ...EXTISM_PROTOCOLS,
  CLASSIC_PROTOCOL,
  V1_PROTOCOL,
];

import {
  type FunctionSignature,
  CLASSIC_EXPORTS,
  OPTIONAL_EXPORTS,
  REQUIRED_EXPORTS,
} from '../abi/exports.js';
import type { EffectName } from '../abi/host-functions.js';

/**
 * How a protocol writes input and output: as JSON in the contract's envelope, as the bare `data` in JSON, or as bytes for a function that the caller names
 * (see `BytesCall`).
 */
export type PayloadForm = 'envelope' | 'data' | 'bytes';

/**
 * What distinguishes the modules of a wire protocol, and what they must have. It is plain data: admission reads it, in any
 * thread, and runs no adapter code.
 */
export interface ProtocolShape {
  /** Shown in `info`, errors and reports. Lower-case letters, digits and "-". */
  readonly name: string;
  /** Marks of a module that is meant for the protocol, even one that breaks it. A module with all of them counts as one. */
  readonly markers: {
    /** Exports by name: a function of exactly this type, or anything with that name. */
    readonly exports?: Readonly<Record<string, FunctionSignature | 'any'>>;
    /** Modules that it imports from. */
    readonly imports?: readonly string[];
  };
  /** Functions that it must export, in addition to a memory named `memory`. */
  readonly requiredExports: Readonly<Record<string, FunctionSignature>>;
  /** Functions that it may export; if present, they must have this type. */
  readonly optionalExports: Readonly<Record<string, FunctionSignature>>;
  /** Functions of the protocol that it may import, in addition to those of the host: module, then name. */
  readonly imports: Readonly<Record<string, Readonly<Record<string, FunctionSignature>>>>;
  /** How input and output are written. */
  readonly payload: PayloadForm;
  /** Whether a memory named `memory` must be exported. @default 'required' */
  readonly memory?: 'required' | 'optional';
  /**
   * How a guest imports the host's own functions: with the contract's type, or with any type, in which case the adapter provides them.
   * @default 'contract'
   */
  readonly hostFunctions?: 'contract' | 'any type';
  /** Effects that functions of {@link imports} perform, by their names as `module.name`: they decide what the guest needs to be granted and may wait for. @default none */
  readonly effects?: Readonly<Record<string, readonly EffectName[]>>;
}

const { plugin_alloc, plugin_free, plugin_shutdown } = REQUIRED_EXPORTS;

/** The contract's first version: the guest allocates, results are packed. */
const V1_SHAPE: ProtocolShape = {
  name: 'v1',
  // Of any type, so that an error can name the expected type if the plugin's is wrong.
  markers: { exports: { plugin_execute: 'any' } },
  requiredExports: REQUIRED_EXPORTS,
  optionalExports: OPTIONAL_EXPORTS,
  imports: {},
  payload: 'envelope',
};

/** The signature of the original documentation: the host provides the buffer for the output. */
const CLASSIC_SHAPE: ProtocolShape = {
  name: 'classic',
  markers: { exports: { plugin_execute: CLASSIC_EXPORTS['plugin_execute']! } },
  requiredExports: CLASSIC_EXPORTS,
  optionalExports: {
    plugin_alloc: plugin_alloc!,
    plugin_free: plugin_free!,
    plugin_shutdown: plugin_shutdown!,
  },
  imports: {},
  payload: 'data',
};

/** The two signatures of the contract, in the order in which they are tried. */
export const CONTRACT_SHAPES: readonly [classic: ProtocolShape, v1: ProtocolShape] = [
  CLASSIC_SHAPE,
  V1_SHAPE,
];

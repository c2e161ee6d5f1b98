import type { ResourceLimits } from '@testbench/types';
import type { HostBinding, HostCall, WireProtocol } from '@testbench/types/abi';
import {
  type OptionReaders,
  readFuel,
  readAttachments,
  readLimits,
  readOptions,
  readTimeoutMs,
} from '@testbench/types/config';

import { readProtocol } from './protocols/read-protocol.js';

/** Limits and hooks of one call. */
export interface InstanceCallOptions extends Omit<HostCall, 'charge' | 'poll' | 'deadlineMs'> {
  /** Wall time, in milliseconds. @default the instance's limit */
  readonly timeoutMs?: number | undefined;
  /** Instructions, in fuel units. @default the instance's limit */
  readonly maxFuel?: number | undefined;
  /** Polled up to a hundred thousand times a second while the guest runs; true stops it. */
  readonly isCancelled?: (() => boolean) | undefined;
}

/** How a `PluginInstance` is made. */
export interface InstanceOptions {
  /** The host functions; used by this instance alone. */
  readonly host: HostBinding;
  /** The plugin's name in errors. @default the name in its metadata, once that was read */
  readonly name?: string | undefined;
  /** Limits of every call. @default DEFAULT_LIMITS of `@testbench/types` */
  readonly limits?: Partial<ResourceLimits>;
  /** The wire protocol. @default v1 or classic, according to the exports */
  readonly protocol?: WireProtocol | undefined;
  /** Limits of the start function and `_initialize` together, which run in the constructor. @default those of every call */
  readonly start?: InstanceCallOptions;
  /** The caller has already checked the options of each call: they are not read again. @default false */
  readonly callsChecked?: boolean;
}

/** Options of a call, and of one that takes a batch. */
type RawCallOptions = InstanceCallOptions & { readonly batch?: boolean };

const RAW_CALL: OptionReaders<RawCallOptions> = {
  requestId: (node) => (node.value === '' ? '' : node.text()),
  onChunk: (node) => node.callback(),
  signal: (node) => node.signal(),
  attachments: readAttachments,
  timeoutMs: readTimeoutMs,
  maxFuel: readFuel,
  isCancelled: (node) => node.callback(),
  batch: (node) => node.boolean(),
};

const { batch: _batch, ...CALL } = RAW_CALL;

const INSTANCE: OptionReaders<InstanceOptions> = {
  host: (node) => node.implementation('attachMemory', 'beginCall', 'endCall'),
  name: (node) => node.text(),
  limits: readLimits,
  protocol: readProtocol,
  start: (node) => readOptions<InstanceCallOptions>(node.value, CALL, node.path),
  callsChecked: (node) => node.boolean(),
};

/** @throws {ConfigError} For an unknown key or a wrong value. */
export function readInstanceOptions(given: InstanceOptions): InstanceOptions {
  return readOptions<InstanceOptions>(given, INSTANCE, '', ['host']);
}

/** @throws {ConfigError} For an unknown key or a wrong value. */
export function readCallOptions(given: InstanceCallOptions): InstanceCallOptions {
  return readOptions<InstanceCallOptions>(given, CALL);
}

/** @throws {ConfigError} For an unknown key or a wrong value. */
export function readRawCallOptions(given: RawCallOptions): RawCallOptions {
  return readOptions<RawCallOptions>(given, RAW_CALL);
}

import { importProtocol, WIRE_PROTOCOLS } from '@testbench/runtime';
import { decodeText } from '@testbench/types';
import type { ProtocolShape, WireProtocol } from '@testbench/types/abi';
import type { ConfigNode } from '@testbench/types/config';
import { LoadError, PluginError } from '@testbench/types/errors';

import { MAX_PROTOCOL_BYTES } from '../limits.js';
import { ownSource } from './own-source.js';
import { readModuleFile } from './read-module-file.js';

/** A wire protocol, and what a runner needs to use it too. */
export interface KnownProtocol {
  readonly protocol: WireProtocol;
  /** The module of its adapter; undefined if it is built in. */
  readonly source?: string;
}

const BUILT_IN: readonly KnownProtocol[] = WIRE_PROTOCOLS.map((protocol) => ({ protocol }));

/** The wire protocols of a manager: those of its host, then the built-in ones. */
export class ProtocolList {
  #all: Promise<readonly KnownProtocol[]> | undefined;

  /** @param addresses Modules of adapters, each read once, when the first plugin is loaded. */
  constructor(readonly addresses: readonly string[]) {}

  /** @throws {LoadError} `LOAD_PROTOCOL_FAILED`; the next load tries again. */
  async all(): Promise<readonly KnownProtocol[]> {
    if (this.addresses.length === 0) return BUILT_IN;
    this.#all ??= readAll(this.addresses).catch((error: unknown) => {
      this.#all = undefined;
      throw error;
    });
    return await this.#all;
  }
}

/** What a protocol has besides its shape. */
const CODE: ReadonlySet<string> = new Set<keyof WireProtocol>([
  'specificationVersion',
  'createImports',
  'open',
]);

/** The part of a protocol that admission reads: plain data, which can be sent to other threads. */
export function shapeOf(protocol: WireProtocol): ProtocolShape {
  const shape = Object.entries(protocol).filter(([key]) => !CODE.has(key));
  return Object.fromEntries(shape) as unknown as ProtocolShape;
}

/**
 * The address of a module, made absolute: a relative one is resolved now.
 *
 * @throws {ConfigError} For anything else.
 */
export function readAddress(node: ConfigNode): string {
  const { value } = node;
  if (!(value instanceof URL)) node.text();
  try {
    const text = value as string | URL;
    const isUrl = typeof text === 'string' && text.startsWith('file:');
    return ownSource(isUrl ? new URL(text) : text) as string;
  } catch {
    return node.reject('a path or a "file:" URL');
  }
}

async function readAll(addresses: readonly string[]): Promise<readonly KnownProtocol[]> {
  const own: KnownProtocol[] = [];
  for (const address of addresses) {
    const source = await readSource(address);
    const protocol = await importProtocol(source, address);
    if (own.some((known) => known.protocol.name === protocol.name)) {
      throw failure(address, `another one has the name "${protocol.name}" as well`);
    }
    own.push({ protocol, source });
  }
  return [...own, ...BUILT_IN];
}

async function readSource(address: string): Promise<string> {
  try {
    return decodeText(await readModuleFile(address, MAX_PROTOCOL_BYTES));
  } catch (cause) {
    if (!PluginError.is(cause)) throw cause;
    throw failure(address, cause.message, cause);
  }
}

function failure(address: string, state: string, cause?: unknown): LoadError {
  return new LoadError(
    'LOAD_PROTOCOL_FAILED',
    `Cannot use protocol of ${JSON.stringify(address)}: ${state}`,
    cause === undefined ? {} : { cause },
  );
}

import {
  type EffectName,
  type FunctionSignature,
  HOST_EFFECTS,
  type ProtocolShape,
  type WireProtocol,
} from '@testbench/types/abi';
import { ConfigNode, readOptions } from '@testbench/types/config';
import { ConfigError, LoadError, PluginError } from '@testbench/types/errors';

import { guardProtocol } from './guard-protocol.js';
import { WIRE_PROTOCOLS } from './wire-protocols.js';

const NAME = /^[a-z][a-z0-9-]{0,31}$/;
const VALUE_TYPES = ['i32', 'i64'] as const;

/** Protocols that need no guard: built in, or already guarded. */
const trusted = new WeakSet<WireProtocol>(WIRE_PROTOCOLS);

/**
 * Checks an adapter and guards it.
 *
 * @returns A protocol whose shape is a copy, and whose faults have codes.
 * @throws {ConfigError} If it is not an adapter, or if its name is taken.
 */
export function readProtocol(node: ConfigNode): WireProtocol {
  const { value } = node;
  if (trusted.has(value as WireProtocol)) return value as WireProtocol;
  const adapter = node.implementation<WireProtocol>('open');
  if (adapter.specificationVersion !== 'v1') node.reject('an adapter of specification version v1');
  const protocol = guardProtocol({
    ...readShape(node),
    specificationVersion: 'v1',
    ...(adapter.createImports === undefined
      ? {}
      : { createImports: (guest) => adapter.createImports!(guest) }),
    open: (guest, imports) => adapter.open(guest, imports),
  });
  trusted.add(protocol);
  return protocol;
}

function readShape(node: ConfigNode): ProtocolShape {
  const at = (key: keyof ProtocolShape): ConfigNode =>
    new ConfigNode((node.value as ProtocolShape)[key], joinPath(node.path, key));
  const name = at('name');
  if (!NAME.test(name.text())) name.reject('lower-case letters, digits and "-", at most 32');
  if (WIRE_PROTOCOLS.some((known) => known.name === name.value)) name.reject('a name of its own');
  const markers = at('markers');
  const { exports, imports } = readOptions<ProtocolShape['markers']>(
    markers.value,
    {
      exports: (table) =>
        readTable(table, (item) => (item.value === 'any' ? 'any' : readSignature(item))),
      imports: (list) => list.list().map((item) => item.text()),
    },
    markers.path,
  );
  if (Object.keys(exports ?? {}).length + (imports ?? []).length === 0) {
    markers.reject('at least one mark');
  }
  return {
    name: name.text(),
    markers: { ...(exports && { exports }), ...(imports && { imports }) },
    requiredExports: readTable(at('requiredExports'), readSignature),
    optionalExports: readTable(at('optionalExports'), readSignature),
    imports: readTable(at('imports'), (module) => readTable(module, readSignature)),
    payload: at('payload').oneOf(['envelope', 'data', 'bytes']),
    ...readFurther(at),
  };
}

/** The fields that may be left out. */
function readFurther(
  at: (key: keyof ProtocolShape) => ConfigNode,
): Pick<ProtocolShape, 'memory' | 'hostFunctions' | 'effects'> {
  const memory = at('memory');
  const hostFunctions = at('hostFunctions');
  const effects = at('effects');
  const names = Object.keys(HOST_EFFECTS) as EffectName[];
  return {
    ...(memory.value === undefined ? {} : { memory: memory.oneOf(['required', 'optional']) }),
    ...(hostFunctions.value === undefined
      ? {}
      : { hostFunctions: hostFunctions.oneOf(['contract', 'any type']) }),
    ...(effects.value === undefined
      ? {}
      : {
          effects: readTable(effects, (list) => list.list().map((name) => name.oneOf(names))),
        }),
  };
}

function readTable<T>(node: ConfigNode, read: (item: ConfigNode) => T): Record<string, T> {
  return Object.fromEntries(
    Object.entries(node.object()).map(([key, value]) => [
      key,
      read(new ConfigNode(value, joinPath(node.path, key))),
    ]),
  );
}

function readSignature(node: ConfigNode): FunctionSignature {
  const types = (list: ConfigNode): FunctionSignature['params'] =>
    list.list().map((type) => type.oneOf(VALUE_TYPES));
  return readOptions<FunctionSignature>(node.value, { params: types, results: types }, node.path, [
    'params',
    'results',
  ]);
}

function joinPath(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

/**
 * Imports the adapter of a wire protocol from the source of a standalone module: it may import only what the platform
 * provides under an absolute name. Therefore it is the same on every thread and in every process.
 *
 * @param source An ECMAScript module that exports a `WireProtocol` as `protocol`.
 * @param from Where the source came from, for errors.
 * @throws {LoadError} `LOAD_PROTOCOL_FAILED` if it is not such a module, or throws.
 */
export async function importProtocol(source: string, from: string): Promise<WireProtocol> {
  try {
    const url = `data:text/javascript,${encodeURIComponent(source)}`;
    const module = (await import(/* @vite-ignore */ url)) as { readonly protocol?: unknown };
    return readProtocol(new ConfigNode(module.protocol, 'protocol'));
  } catch (cause) {
    const isOurs = cause instanceof ConfigError || PluginError.is(cause);
    const reason = isOurs || cause instanceof Error ? cause.message : String(cause);
    throw new LoadError(
      'LOAD_PROTOCOL_FAILED',
      `Cannot use protocol of ${JSON.stringify(from)}: ${firstLine(reason)}`,
      { cause },
    );
  }
}

/** First line of an engine's message, which may quote the whole source. */
function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').replaceAll(/data:text\/javascript\S*/g, 'it').slice(0, 300);
}

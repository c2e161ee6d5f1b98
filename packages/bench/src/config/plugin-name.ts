import { posix } from 'node:path';

import { parseReference } from '@testbench/types/stores';

import { parseScript, scriptName } from './script-reference.js';

/** The form of references to plugins: a path, or a name with or without a range. */
const NAME = /^(?<name>[a-z0-9][a-z0-9-]{0,127})(?:@(?<range>[^@/\\:]+))?$/;

/** `team/exact-match`: without a dot it cannot be the file of a module or script. */
const SPACED_NAME = /^[a-z0-9][a-z0-9_-]*(?:\/[a-z0-9][a-z0-9_-]*)+$/;

/** A plugin by name and version range. */
export interface PluginName {
  readonly name: string;
  /** @default any version */
  readonly range?: string;
}

/** Reads a plugin's name; undefined for a path. */
export function parsePluginName(reference: string): PluginName | undefined {
  if (reference.endsWith('.wasm')) return undefined;
  const { name, range } = NAME.exec(reference)?.groups ?? {};
  if (name === undefined) return undefined;
  return { name, ...(range === undefined ? {} : { range }) };
}

/**
 * True for a plugin from a store: `oci://…`, or a name with a slash, which no installed package has.
 *
 * @throws {StoreError} `STORE_INVALID_REFERENCE`.
 */
export function isStoreReference(reference: string): boolean {
  if (SPACED_NAME.test(reference)) return true;
  const parsed = parseReference(reference);
  return parsed.kind === 'oci' || (parsed.kind === 'name' && parsed.name.includes('/'));
}

/** The name of a stage without a configured name: the plugin's name, or its file name without `.wasm`. */
export function defaultName(reference: string): string {
  const name = parsePluginName(reference)?.name;
  if (name !== undefined) return name;
  const script = parseScript(reference);
  if (script !== undefined) return scriptName(script);
  const parsed = parseReference(reference);
  if (parsed.kind !== 'path') return posix.basename(parsed.name);
  const file = posix.basename(reference.replaceAll('\\', '/'));
  return file.endsWith('.wasm') ? file.slice(0, -'.wasm'.length) : file;
}

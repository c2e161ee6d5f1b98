import type { RegistryMap } from '@testbench/registry/install';
import { listLayoutNames } from '@testbench/registry/stores';
import { PluginError } from '@testbench/types/errors';

import type { CliIo } from './cli-io.js';
import {
  readRegistrySettings,
  type RegistryFlagValues,
  type RegistrySetup,
} from './registry-settings.js';
import { escapeText } from './render/escape-text.js';

/** Maximum names looked up in one registry: each costs a fetch. */
const MAX_OFFERED = 200;

/**
 * Names that the registries of a project list, without those mapped to another registry.
 *
 * A registry that does not list its names is skipped, with a note.
 */
export async function listOffered(
  io: CliIo,
  flags: RegistryFlagValues,
  map: RegistryMap,
): Promise<readonly string[]> {
  const settings = await readRegistrySettings(io, flags);
  const offered: string[] = [];
  for (const [id, place] of settings.registries) {
    try {
      const names =
        'folder' in place
          ? (await listLayoutNames(place.folder)).slice(0, MAX_OFFERED)
          : await listHost(place.host, settings.setupOf(place.host), io.signal);
      // The same name in another registry is never looked up.
      offered.push(...names.filter((name) => comesFrom(map, name, id)));
      if (names.length === MAX_OFFERED) say(io, `${id}: the first ${MAX_OFFERED} names`);
    } catch (error) {
      io.signal.throwIfAborted();
      if (!PluginError.is(error)) throw error;
      say(io, `${id} does not list its plugins: ${error.message}`);
    }
  }
  return offered;
}

async function listHost(
  host: string,
  { credentialsFile, ...setup }: RegistrySetup,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { dockerCredentials, listRepositories } = await import('@testbench/registry-oci');
  const registry = { credentials: dockerCredentials(credentialsFile), ...setup, host };
  return await listRepositories(registry, { limit: MAX_OFFERED, signal });
}

function comesFrom(map: RegistryMap, name: string, id: string): boolean {
  try {
    return map.find(name).id === id;
  } catch (error) {
    if (!PluginError.is(error)) throw error;
    return false;
  }
}

function say(io: CliIo, text: string): void {
  io.stderr.write(`${escapeText(text)}\n`);
}

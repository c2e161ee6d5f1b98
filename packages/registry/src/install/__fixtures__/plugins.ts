import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { assemble, guestWat, withMetadataSection } from '@testbench/test-kit';
import type { PluginStore } from '@testbench/types/stores';
import { onTestFinished } from 'vitest';

import { publishPlugin } from '../publish-plugin.js';

const guest = assemble(guestWat());

/** Builds a module with the given metadata in its section, in wire format. */
export function moduleOf(name: string, version: string, fields: object = {}): Uint8Array {
  const wire = { name, version, plugin_type: 'custom', api_version: '1.0.0', ...fields };
  return withMetadataSection(guest, JSON.stringify(wire));
}

/** Publishes a plugin; its own name is the last part of `name`. @returns The digest of its manifest. */
export async function publish(
  store: PluginStore,
  name: string,
  version: string,
  fields: object = {},
): Promise<string> {
  const bytes = moduleOf(name.slice(name.lastIndexOf('/') + 1), version, fields);
  return (await publishPlugin({ store, name, bytes })).digest;
}

/** A folder that is removed after the test. */
export function projectFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'testbench-project-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

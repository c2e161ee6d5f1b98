import { resolve } from 'node:path';

import { readModuleFile } from '@testbench/core/module-file';
import { inspectPlugin, type PluginInspection } from '@testbench/registry/inspect';
import type { Permissions } from '@testbench/types';
import { PluginError } from '@testbench/types/errors';

import type { CliIo } from '../cli-io.js';
import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import { isModulePath } from '../is-module-path.js';
import type { AttachedClaims } from '../read-claims.js';
import { escapeJson } from '../render/escape-text.js';
import { measured } from '../render/measured.js';
import { renderInspection } from '../render/render-inspection.js';
import { createStyle } from '../render/style.js';
import type { INSPECT_FLAGS } from '../flags/inspect.js';

/** Maximum number of types in a list in JSON: as many as an admitted module can have. */
const SHOWN_TYPES = 100;

/** `testbench inspect <plugin.wasm>` */
export async function inspectCommand({
  io,
  flags,
  args,
}: CommandCall<typeof INSPECT_FLAGS>): Promise<ExitCode> {
  const what = args[0]!;
  const inspection = inspectPlugin(await read(io, flags, what));
  const attached = isModulePath(what) ? undefined : await readAttached(io, flags, what);
  const granted =
    flags.policy === undefined
      ? undefined
      : await readGrants(resolve(io.cwd, flags.policy), inspection);
  const style = createStyle(io.stdout, io.env);
  const text = flags.json
    ? escapeJson(toJson(inspection, granted, attached))
    : await measured((measure) => renderInspection(inspection, style, measure, granted));
  io.stdout.write(`${text}\n`);
  if (attached !== undefined && !flags.json) {
    const { renderClaims } = await import('../render/render-claims.js');
    io.stdout.write(`\n${renderClaims(attached, style)}\n`);
  }
  return ExitCode.ok;
}

/** Signers and attachments of an artifact in a registry; undefined for a plugin from our own package. */
async function readAttached(
  io: CliIo,
  flags: CommandCall<typeof INSPECT_FLAGS>['flags'],
  text: string,
): Promise<AttachedClaims | undefined> {
  const [{ findArtifact, readTarget }, { openClaims }] = await Promise.all([
    import('../find-artifact.js'),
    import('../read-claims.js'),
  ]);
  if ((await readTarget(io, text)).kind !== 'reference') return undefined;
  try {
    return await (
      await openClaims(io, flags)
    )(await findArtifact(io, text, flags));
  } catch (error) {
    const isShipped = PluginError.is(error) && error.code === 'STORE_NOT_FOUND';
    if (isShipped && !text.includes('/')) return undefined;
    throw error;
  }
}

/** Signatures are not checked, because the plugin is only shown. For a path, the usual case, nothing else is loaded. */
async function read(
  io: CliIo,
  flags: CommandCall<typeof INSPECT_FLAGS>['flags'],
  text: string,
): Promise<Uint8Array> {
  if (isModulePath(text)) return await readModuleFile(resolve(io.cwd, text));
  const { readModule } = await import('../module-source.js');
  return await readModule(io, { ...flags, isUnverified: true }, text);
}

async function readGrants(path: string, inspection: PluginInspection): Promise<Permissions> {
  const { permissionsFor, loadPolicy } = await import('@testbench/core');
  const { metadata, digest } = inspection;
  return permissionsFor(await loadPolicy(path), { name: metadata?.name, digest });
}

function toJson(
  inspection: PluginInspection,
  granted: Permissions | undefined,
  attached: AttachedClaims | undefined,
): string {
  const { summary } = inspection;
  // A Map would become {}.
  const features = Object.fromEntries(summary.features);
  const imports = summary.imports.map(cutType);
  const exports = summary.exports.map(cutType);
  return JSON.stringify(
    { ...inspection, granted, ...attached, summary: { ...summary, features, imports, exports } },
    undefined,
    2,
  );
}

/** Types longer than admission permits are truncated: thousands of exports may share one type with a million parameters. */
function cutType(item: PluginInspection['summary']['exports'][number]): object {
  if (item.kind !== 'function' && item.kind !== 'tag') return item;
  const { params, results } = item.type;
  if (params.length <= SHOWN_TYPES && results.length <= SHOWN_TYPES) return item;
  const type = { params: params.slice(0, SHOWN_TYPES), results: results.slice(0, SHOWN_TYPES) };
  return { ...item, type, parameterCount: params.length, resultCount: results.length };
}

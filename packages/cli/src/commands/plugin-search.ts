import { join } from 'node:path';

import {
  type CatalogueEntry,
  PluginCatalogue,
  readCatalogueEntry,
} from '@testbench/registry/catalogue';
import { listInstalled, type RegistryMap } from '@testbench/registry/install';
import { renderTable } from '@testbench/report/terminal';

import type { CliIo } from '../cli-io.js';
import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import type { PLUGIN_SEARCH_FLAGS, PROJECT_FLAGS } from '../flags/plugin-project.js';
import { openRegistries, readNamedPlugin } from '../plugin-project.js';
import { describePermissions } from '../render/describe-permissions.js';
import { escapeText } from '../render/escape-text.js';
import { createStyle } from '../render/style.js';
import { widthOf } from '../render/width-of.js';
import { writeJson } from '../render/write-json.js';

/** `testbench plugin search [words]` */
export async function pluginSearchCommand({
  io,
  flags,
  args,
}: CommandCall<typeof PLUGIN_SEARCH_FLAGS>): Promise<ExitCode> {
  const named = (flags.look ?? []).map(readNamedPlugin);
  const registries = await openRegistries(io, flags, named);
  const catalogue = await PluginCatalogue.open({
    folder: join(io.cwd, '.testbench', 'catalogue'),
    signal: io.signal,
  });
  for (const repair of catalogue.repairs) io.stderr.write(`${escapeText(repair)}\n`);
  const installed = (await listInstalled(io.cwd)).map(({ name }) => name);
  for (const name of new Set([...named.map((plugin) => plugin.name), ...installed])) {
    await enter(io, registries, catalogue, name);
  }
  const { type, capability, author, keyword, range, asksNothing } = flags;
  const found = catalogue.search({
    text: args[0] ?? '',
    ...Object.fromEntries(
      Object.entries({ type, capability, author, keyword, range }).filter(
        ([, value]) => value !== undefined,
      ),
    ),
    ...(asksNothing && { asksAtMost: [] }),
  });
  if (flags.json) writeJson(io.stdout, found);
  else io.stdout.write(`${renderFound(io, found)}\n`);
  return ExitCode.ok;
}

/** `testbench plugin info <reference>` */
export async function pluginInfoCommand({
  io,
  flags,
  args,
}: CommandCall<typeof PROJECT_FLAGS>): Promise<ExitCode> {
  const named = readNamedPlugin(args[0]!);
  const { id, store } = (await openRegistries(io, flags, [named])).find(named.name, named.registry);
  const signal = { signal: io.signal };
  const versions = await store.list(named.name, signal);
  const catalogue = await PluginCatalogue.open();
  const version = versions.find((one) => one === named.range) ?? versions[0] ?? '0.0.0';
  const artifact = await store.resolve({ name: named.name, version }, signal);
  const entry = readCatalogueEntry(await store.read(artifact, signal), {
    registry: id,
    digest: artifact.digest,
  });
  await catalogue.register(entry);
  const referrers = await store.referrers(artifact, undefined, signal);
  const { metadata } = entry;
  if (flags.json) {
    writeJson(io.stdout, { ...entry, versions, referrers });
    return ExitCode.ok;
  }
  const lines = [
    `${named.name}@${version}  ${metadata.pluginType}`,
    metadata.description,
    `author       ${metadata.author || 'not said'}`,
    `asks for     ${describePermissions(metadata.permissions ?? {})}`,
    `digest       ${artifact.digest}`,
    `registry     ${id}`,
    `versions     ${versions.slice(0, 10).join(', ')}`,
    `attached     ${referrers.length === 0 ? 'nothing' : referrers.map(({ artifactType }) => artifactType ?? 'of no type').join(', ')}`,
  ];
  io.stdout.write(
    `${lines
      .filter((line) => line !== '')
      .map(escapeText)
      .join('\n')}\n`,
  );
  return ExitCode.ok;
}

/** Takes what is new under a name into the catalogue: from its section, nothing of it runs. */
async function enter(
  io: CliIo,
  registries: RegistryMap,
  catalogue: PluginCatalogue,
  name: string,
): Promise<void> {
  const { id, store } = registries.find(name);
  const signal = { signal: io.signal };
  for (const version of (await store.list(name, signal)).slice(0, 10)) {
    const artifact = await store.resolve({ name, version }, signal);
    const isKnown = catalogue
      .search({ registry: id, allVersions: true, limit: 100_000 })
      .some(({ digest }) => digest === artifact.digest);
    if (isKnown || artifact.moduleDigest === undefined) continue;
    const bytes = await store.read(artifact, signal);
    await catalogue.register(readCatalogueEntry(bytes, { registry: id, digest: artifact.digest }));
  }
}

function renderFound(io: CliIo, found: readonly CatalogueEntry[]): string {
  if (found.length === 0) return 'Nothing was found';
  const rows = found.map(({ registry, metadata }) =>
    [
      metadata.name,
      metadata.version,
      metadata.pluginType,
      registry,
      describePermissions(metadata.permissions ?? {}),
      metadata.description.slice(0, 60),
    ].map((text) => ({ text: escapeText(text) })),
  );
  const columns = [
    { title: 'plugin' },
    { title: 'version' },
    { title: 'type' },
    { title: 'registry', dropRank: 2 },
    { title: 'asks for', dropRank: 1 },
    { title: 'description', dropRank: 3 },
  ];
  const { dim } = createStyle(io.stdout, io.env);
  return renderTable(columns, rows, dim, widthOf(io.stdout));
}

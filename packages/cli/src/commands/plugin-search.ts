import { join } from 'node:path';

import {
  type CatalogueEntry,
  PluginCatalogue,
  readCatalogueEntry,
} from '@testbench/registry/catalogue';
import type { RegistryMap } from '@testbench/registry/install';
import { renderTable } from '@testbench/report/terminal';
import { PluginError } from '@testbench/types/errors';

import type { CliIo } from '../cli-io.js';
import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import type { PLUGIN_SEARCH_FLAGS } from '../flags/plugin-project.js';
import { listOffered } from '../offered-plugins.js';
import { listLocked, openRegistries, readNamedPlugin } from '../plugin-project.js';
import { type AttachedClaims, openClaims } from '../read-claims.js';
import { describePermissions } from '../render/describe-permissions.js';
import { escapeText } from '../render/escape-text.js';
import { describeSigners, describeTested } from '../render/render-claims.js';
import { createStyle } from '../render/style.js';
import { widthOf } from '../render/width-of.js';
import { writeJson } from '../render/write-json.js';
import type { TrustFlagValues } from '../trust-files.js';

/** Number of plugins whose signatures are looked up: one page. */
const MAX_ASKED = 20;
/** For a requested name: the newest version. */
const MOST_VERSIONS = 10;

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
  const installed = (await listLocked(io.cwd)).map(({ name }) => name);
  const known = new Set([...named.map((plugin) => plugin.name), ...installed]);
  // Each name is entered once, so only the initial entries matter.
  const entered = catalogue.search({ allVersions: true, limit: 100_000 });
  const target = { catalogue, entered };
  for (const name of known) await enter(io, registries, target, name, MOST_VERSIONS);
  const offered = flags.offered ? await listOffered(io, flags, registries) : [];
  for (const name of offered.filter((one) => !known.has(one))) {
    await passOver(io, name, () => enter(io, registries, target, name, 1));
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
  const attached = await readAttached(io, flags, registries, found);
  if (flags.json) {
    writeJson(
      io.stdout,
      found.map((entry) => ({ ...entry, ...attached.get(entry) })),
    );
  } else io.stdout.write(`${renderFound(io, found, attached)}\n`);
  return ExitCode.ok;
}

/** Attachments of the first plugins found; none if the registry does not answer. */
async function readAttached(
  io: CliIo,
  flags: TrustFlagValues,
  registries: RegistryMap,
  found: readonly CatalogueEntry[],
): Promise<ReadonlyMap<CatalogueEntry, AttachedClaims>> {
  const attached = new Map<CatalogueEntry, AttachedClaims>();
  const read = await openClaims(io, flags);
  const locked = await listLocked(io.cwd);
  for (const entry of found.slice(0, MAX_ASKED)) {
    const { repository: name, registry, digest, metadata } = entry;
    if (name === undefined) continue;
    try {
      const { store } = registries.find(name, registry);
      const plugin = locked.find((one) => one.name === name);
      const { version } = metadata;
      attached.set(entry, await read({ store, name, version, digest, locked: plugin }));
    } catch (error) {
      io.signal.throwIfAborted();
      // The results are shown anyway.
      if (!PluginError.is(error)) throw error;
      io.stderr.write(`${escapeText(`${name}: ${error.message}`)}\n`);
    }
  }
  return attached;
}

/** A catalogue, and what it already contains. */
interface CatalogueTarget {
  readonly catalogue: PluginCatalogue;
  readonly entered: readonly CatalogueEntry[];
}

/** Adds new versions of a name to the catalogue, reading their metadata section without running them. */
async function enter(
  io: CliIo,
  registries: RegistryMap,
  { catalogue, entered }: CatalogueTarget,
  name: string,
  count: number,
): Promise<void> {
  const { id, store } = registries.find(name);
  const signal = { signal: io.signal };
  const digests = new Set(
    entered
      .filter(({ registry, repository }) => registry === id && repository === name)
      .map(({ digest }) => digest),
  );
  for (const version of (await store.list(name, signal)).slice(0, count)) {
    const artifact = await store.resolve({ name, version }, signal);
    if (digests.has(artifact.digest) || artifact.moduleDigest === undefined) continue;
    const bytes = await store.read(artifact, signal);
    const place = { registry: id, digest: artifact.digest, repository: name };
    await catalogue.register(readCatalogueEntry(bytes, place));
  }
}

/** A registry may hold anything: data sets, programs, damaged modules. */
async function passOver(io: CliIo, name: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    io.signal.throwIfAborted();
    if (!PluginError.is(error)) throw error;
    io.stderr.write(`${escapeText(`${name} is skipped: ${error.message}`)}\n`);
  }
}

function renderFound(
  io: CliIo,
  found: readonly CatalogueEntry[],
  attached: ReadonlyMap<CatalogueEntry, AttachedClaims>,
): string {
  if (found.length === 0) return 'No results';
  const rows = found.map((entry) => {
    const { registry, repository, metadata } = entry;
    const claims = attached.get(entry);
    return [
      repository ?? metadata.name,
      metadata.version,
      metadata.pluginType,
      claims === undefined ? 'not asked' : describeSigners(claims.signature),
      claims === undefined ? 'not asked' : describeTested(claims),
      registry,
      describePermissions(metadata.permissions ?? {}),
      metadata.description.slice(0, 60),
    ].map((text) => ({ text: escapeText(text) }));
  });
  const columns = [
    { title: 'plugin' },
    { title: 'version' },
    { title: 'type' },
    { title: 'signed by', dropRank: 1 },
    { title: 'tests', dropRank: 2 },
    { title: 'registry', dropRank: 4 },
    { title: 'asks for', dropRank: 3 },
    { title: 'description', dropRank: 5 },
  ];
  const { dim } = createStyle(io.stdout, io.env);
  return renderTable(columns, rows, dim, widthOf(io.stdout));
}

import {
  installPlugins,
  type InstallResult,
  listInstalled,
  outdatedPlugins,
  pinPlugin,
  type ProjectOptions,
  rollbackPlugin,
  uninstallPlugins,
  updatePlugins,
} from '@testbench/registry/install';
import { renderTable } from '@testbench/report/terminal';

import type { CliIo } from '../cli-io.js';
import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import type {
  CHANGE_FLAGS,
  PLUGIN_INSTALL_FLAGS,
  PLUGIN_PIN_FLAGS,
  PLUGIN_UPDATE_FLAGS,
  PROJECT_FLAGS,
} from '../flags/plugin-project.js';
import { openRegistries, readNamedPlugin, withProject } from '../plugin-project.js';
import { describePermissions } from '../render/describe-permissions.js';
import { escapeText } from '../render/escape-text.js';
import { createStyle } from '../render/style.js';
import { widthOf } from '../render/width-of.js';
import { writeJson } from '../render/write-json.js';
import { tryUpdate } from '../try-update.js';

/** `testbench plugin install [reference]` */
export async function pluginInstallCommand({
  io,
  flags,
  args,
}: CommandCall<typeof PLUGIN_INSTALL_FLAGS>): Promise<ExitCode> {
  const plugins = given(args).map(readNamedPlugin);
  const install = (project: ProjectOptions): Promise<InstallResult> =>
    installPlugins({ ...project, plugins, frozen: flags.frozen });
  return show(io, flags.json, await withProject(io, flags, install, plugins));
}

/** `testbench plugin uninstall <name>` */
export async function pluginUninstallCommand({
  io,
  flags,
  args,
}: CommandCall<typeof CHANGE_FLAGS>): Promise<ExitCode> {
  const result = await withProject(io, flags, (project) =>
    uninstallPlugins({ ...project, plugins: args }),
  );
  return show(io, flags.json, result);
}

/** `testbench plugin list` */
export async function pluginListCommand({
  io,
  flags,
}: CommandCall<typeof PROJECT_FLAGS>): Promise<ExitCode> {
  return show(io, flags.json, { installed: await listInstalled(io.cwd), changed: false });
}

/** `testbench plugin outdated` */
export async function pluginOutdatedCommand({
  io,
  flags,
}: CommandCall<typeof PROJECT_FLAGS>): Promise<ExitCode> {
  const registries = await openRegistries(io, flags);
  const outdated = await outdatedPlugins({ folder: io.cwd, registries, signal: io.signal });
  if (flags.json) {
    writeJson(io.stdout, outdated);
    return ExitCode.ok;
  }
  if (outdated.length === 0) {
    io.stdout.write('Everything is up to date\n');
    return ExitCode.ok;
  }
  const rows = outdated.map(({ name, current, wanted, latest, pinned }) =>
    [name, current, pinned ? `${wanted} (pinned)` : wanted, latest].map((text) => ({
      text: escapeText(text),
    })),
  );
  const columns = ['plugin', 'current', 'wanted', 'latest'].map((title) => ({ title }));
  const { dim } = createStyle(io.stdout, io.env);
  io.stdout.write(`${renderTable(columns, rows, dim, widthOf(io.stdout))}\n`);
  return ExitCode.ok;
}

/** `testbench plugin update [name]` */
export async function pluginUpdateCommand({
  io,
  flags,
  args,
}: CommandCall<typeof PLUGIN_UPDATE_FLAGS>): Promise<ExitCode> {
  const plugins = given(args);
  const result = await withProject(io, flags, (project) =>
    updatePlugins({
      ...project,
      ...(plugins.length > 0 && { plugins }),
      ...(!flags.noTrial && { swap: tryUpdate }),
    }),
  );
  return show(io, flags.json, result);
}

/** `testbench plugin pin <name[@version]>` */
export async function pluginPinCommand({
  io,
  flags,
  args,
}: CommandCall<typeof PLUGIN_PIN_FLAGS>): Promise<ExitCode> {
  const { name, range } = readNamedPlugin(args[0]!);
  const version = range === undefined ? {} : { version: range };
  const result = await withProject(io, flags, (project) =>
    pinPlugin({ ...project, plugin: name, ...version, pinned: !flags.off }),
  );
  return show(io, flags.json, result);
}

/** `testbench plugin rollback <name>` */
export async function pluginRollbackCommand({
  io,
  flags,
  args,
}: CommandCall<typeof CHANGE_FLAGS>): Promise<ExitCode> {
  const result = await withProject(io, flags, (project) =>
    rollbackPlugin({ ...project, plugin: args[0]! }),
  );
  return show(io, flags.json, result);
}

/** An empty optional argument is left out of the command line. */
function given(args: readonly (string | undefined)[]): string[] {
  return args.filter((arg) => arg !== undefined);
}

function show(io: CliIo, json: boolean, { installed, changed }: InstallResult): ExitCode {
  if (json) {
    writeJson(io.stdout, { changed, installed });
    return ExitCode.ok;
  }
  if (installed.length === 0) {
    io.stdout.write('No plugins are installed\n');
    return ExitCode.ok;
  }
  const rows = installed.map(({ name, version, pinned, registry, signers, permissions }) =>
    [
      name,
      pinned ? `${version} (pinned)` : version,
      registry,
      signers.length === 0 ? 'nobody' : signers.join(', '),
      describePermissions(permissions),
    ].map((text) => ({ text: escapeText(text) })),
  );
  const columns = [
    { title: 'plugin' },
    { title: 'version' },
    { title: 'registry' },
    { title: 'signed by', dropRank: 1 },
    { title: 'asks for', dropRank: 2 },
  ];
  const { dim } = createStyle(io.stdout, io.env);
  io.stdout.write(`${renderTable(columns, rows, dim, widthOf(io.stdout))}\n`);
  return ExitCode.ok;
}

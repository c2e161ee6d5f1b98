import { resolve } from 'node:path';

import { createFileStates, ISOLATIONS, loadPolicy, PluginSystem } from '@testbench/core';
import type { Permissions } from '@testbench/core';

import type { CliIo } from '../cli-io.js';
import { ExitCode } from '../exit-code.js';
import { parseCommandLine, readWholeNumber } from '../parse-command-line.js';
import { readJsonArgument } from '../read-json-argument.js';
import { escapeJson, escapeText } from '../render/escape-text.js';
import { formatBytes, formatCount, formatDuration } from '../render/format-value.js';
import { createStyle } from '../render/style.js';
import { UsageError } from '../usage-error.js';

const HELP = `Usage: testbench call <plugin.wasm> --input <json|@file> [options]

Runs one input through a plugin and prints the output. Time, fuel and memory go to stderr.

Options:
  --input <json|@file>    the plugin's "data", such as '{"output": "4", "expected": "4"}'
  --config <json|@file>   what the plugin is initialised with
  --isolation <mode>      inline, thread or process (default thread)
  --timeout-ms <n>        time limit of the call (default 30000)
  --max-fuel <n>          instruction limit of the call (default 1000000000)
  --policy <file>         what the plugin is granted, and secrets
  --allow-host <host>     grant it a host, such as api.example.com or http://localhost:8080
  --allow-read <dir>      grant it to read a directory
  --allow-write <dir>     grant it to read and write a directory
  --allow-env <name>      grant it to read an environment variable
  --state <dir>           keep what the plugin stores in a directory, under --id or the module's digest
  --id <id>               the id that the plugin is loaded under
  --json                  print output and usage as one JSON object
  --debug                 show a stack trace of an error
  -h, --help              show this text

An --allow option may stand more than once; with one of them, the policy grants nothing but secrets. The plugin's log goes to
stderr.
`;

const OPTIONS = {
  input: { type: 'string' },
  config: { type: 'string' },
  isolation: { type: 'string' },
  'timeout-ms': { type: 'string' },
  'max-fuel': { type: 'string' },
  policy: { type: 'string' },
  'allow-host': { type: 'string', multiple: true },
  'allow-read': { type: 'string', multiple: true },
  'allow-write': { type: 'string', multiple: true },
  'allow-env': { type: 'string', multiple: true },
  state: { type: 'string' },
  id: { type: 'string' },
  json: { type: 'boolean' },
} as const;

/** `testbench call <plugin.wasm> --input <json|@file>` */
export async function callCommand(args: readonly string[], io: CliIo): Promise<ExitCode> {
  const { values, positionals } = parseCommandLine('call', args, OPTIONS, ['<plugin.wasm>']);
  if (values.help === true) {
    io.stdout.write(HELP);
    return ExitCode.ok;
  }
  if (values.input === undefined) throw new UsageError('--input is missing', 'call');
  const data = await readJsonArgument('call', 'input', values.input, io.cwd);
  const config = await readJsonArgument('call', 'config', values.config ?? '{}', io.cwd);
  const timeoutMs = readWholeNumber('call', 'timeout-ms', values['timeout-ms'], 1);
  const maxFuel = readWholeNumber('call', 'max-fuel', values['max-fuel'], 1);

  const isolation = ISOLATIONS.find((known) => known === values.isolation);
  if (values.isolation !== undefined && isolation === undefined) {
    throw new UsageError(`--isolation takes ${ISOLATIONS.join(', ')}`, 'call');
  }

  const policy =
    values.policy === undefined ? undefined : await loadPolicy(resolve(io.cwd, values.policy));
  const permissions = readGrants(values, io.cwd);

  const system = new PluginSystem({
    ...(policy === undefined ? {} : { policy }),
    ...(values.state === undefined
      ? {}
      : { state: createFileStates(resolve(io.cwd, values.state)) }),
    ...(isolation === undefined ? {} : { isolation }),
    onLog: ({ level, message }) => io.stderr.write(`${level}: ${escapeText(message)}\n`),
  });
  try {
    const { id } = await system.loadPlugin(resolve(io.cwd, positionals[0]!), {
      config,
      ...(values.id === undefined ? {} : { id: values.id }),
      ...(permissions === undefined ? {} : { permissions }),
    });
    const output = await system.executePlugin(
      id,
      { data },
      {
        signal: io.signal,
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
        ...(maxFuel === undefined ? {} : { maxFuel }),
      },
    );
    const shown = values.json === true ? output : output.data;
    io.stdout.write(`${escapeJson(JSON.stringify(shown, undefined, 2))}\n`);
    if (values.json === true) return ExitCode.ok;
    const { executionTimeMs, fuelUsed, memoryUsedBytes } = output.metadata;
    const usage = [
      `time ${formatDuration(executionTimeMs)}`,
      `fuel ${formatCount(fuelUsed)}`,
      `memory ${formatBytes(memoryUsedBytes)}`,
    ].join(' · ');
    io.stderr.write(`${createStyle(io.stderr, io.env).dim(usage)}\n`);
    return ExitCode.ok;
  } finally {
    await system.close();
  }
}

/** What the command line grants; undefined if it grants nothing. */
function readGrants(
  values: ReturnType<typeof parseCommandLine<typeof OPTIONS>>['values'],
  cwd: string,
): Permissions | undefined {
  const hosts = values['allow-host'];
  const names = values['allow-env'];
  const readable = values['allow-read'];
  const writable = values['allow-write'];
  const directories = [
    ...(readable ?? []).map((path) => resolve(cwd, path)),
    ...(writable ?? []).map((path) => ({
      path: resolve(cwd, path),
      access: 'read-write' as const,
    })),
  ];
  const permissions: Permissions = {
    ...(hosts === undefined ? {} : { network: true, allowedHosts: hosts }),
    ...(names === undefined ? {} : { envVars: true, allowedEnv: names }),
    ...(directories.length === 0 ? {} : { filesystem: true, allowedDirs: directories }),
  };
  return Object.keys(permissions).length === 0 ? undefined : permissions;
}

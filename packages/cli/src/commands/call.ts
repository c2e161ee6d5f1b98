import { resolve } from 'node:path';

import { createFileStateStores, loadPolicy, PluginSystem } from '@testbench/core';
import type { Permissions } from '@testbench/core';
import type { CallAttachment } from '@testbench/types/abi';

import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import { findModule } from '../module-source.js';
import { readJsonArgument } from '../read-json-argument.js';
import { escapeText } from '../render/escape-text.js';
import { renderUsage } from '../render/render-usage.js';
import { createStyle } from '../render/style.js';
import type { CALL_FLAGS } from '../flags/call.js';
import { writeJson } from '../render/write-json.js';
import { UsageError } from '../usage-error.js';

/** `testbench call <plugin.wasm> --input <json|@file>` */
export async function callCommand({
  io,
  flags,
  args,
}: CommandCall<typeof CALL_FLAGS>): Promise<ExitCode> {
  const input = await readJsonArgument('call', 'input', flags.input, io.cwd);
  const config = await readJsonArgument('call', 'config', flags.config ?? '{}', io.cwd);
  const { timeoutMs, maxFuel } = flags;
  const policy =
    flags.policy === undefined ? undefined : await loadPolicy(resolve(io.cwd, flags.policy));
  const permissions = readGrants(flags, io.cwd);

  const { source, isUnsigned } = await findModule(io, flags, args[0]!);
  // There are trust rules, and it has no trusted signer.
  const isolation = isUnsigned ? 'process' : flags.isolation;
  const system = new PluginSystem({
    ...(policy === undefined ? {} : { policy }),
    ...(flags.state === undefined
      ? {}
      : { openStateStore: createFileStateStores(resolve(io.cwd, flags.state)) }),
    ...(isolation === undefined ? {} : { isolation }),
    onLog: ({ level, message }) => io.stderr.write(`${level}: ${escapeText(message)}\n`),
  });
  try {
    const options = { config, ...(permissions === undefined ? {} : { permissions }) };
    const { id } =
      typeof source === 'string'
        ? await system.loadPlugin(source, {
            ...options,
            ...(flags.id === undefined ? {} : { id: flags.id }),
          })
        : await system.loadPluginFromBytes(flags.id ?? 'plugin', source, options);
    const { data: given, attachments } = await attach(flags.attach, input, io.cwd);
    const { capabilities } = system.getPluginInfo(id)!.metadata;
    if (attachments !== undefined && !capabilities.includes('multi_modal_evaluation')) {
      throw new UsageError(
        'the plugin does not declare "multi_modal_evaluation", and reads no file of --attach',
        'call',
      );
    }
    const output = await system.executePlugin(
      id,
      { data: given },
      {
        signal: io.signal,
        ...(attachments === undefined ? {} : { attachments }),
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
        ...(maxFuel === undefined ? {} : { maxFuel }),
      },
    );
    const data = textOf(output.data);
    const shown = flags.json ? { ...output, data } : data;
    writeJson(io.stdout, shown);
    if (flags.json) return ExitCode.ok;
    io.stderr.write(`${createStyle(io.stderr, io.env).dim(renderUsage(output.metadata))}\n`);
    return ExitCode.ok;
  } catch (error) {
    if (flags.debug) {
      const { writeFailure } = await import('../render/write-failure.js');
      await writeFailure(io, error, args[0]!);
    }
    throw error;
  } finally {
    await system.close();
  }
}

/** The input with the files that the command line names. */
async function attach(
  files: readonly string[] | undefined,
  input: unknown,
  cwd: string,
): Promise<{ readonly data: unknown; readonly attachments?: readonly CallAttachment[] }> {
  if (files === undefined) return { data: input };
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new UsageError('expected an object as --input, to which --attach can add files', 'call');
  }
  const { attachFiles } = await import('@testbench/bench/dataset');
  const named = files.map((text) => {
    const [, field = 'image', path = text] = /^([A-Za-z_][\w.-]*)=(.+)$/.exec(text) ?? [];
    return { field, path: resolve(cwd, path) };
  });
  const { attachments, described } = await attachFiles(named);
  return { data: { ...input, attachments: described }, attachments };
}

/** Bytes of a plugin whose functions return bytes, such as one of Extism: as text, or in base64 if they are not UTF-8. */
function textOf(data: unknown): unknown {
  if (!(data instanceof Uint8Array)) return data;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(data);
  } catch {
    return { base64: Buffer.from(data).toString('base64') };
  }
}

/** The grants of the command line; undefined if there are none. */
function readGrants(
  flags: CommandCall<typeof CALL_FLAGS>['flags'],
  cwd: string,
): Permissions | undefined {
  const hosts = flags.allowHost;
  const names = flags.allowEnv;
  const readable = flags.allowRead;
  const writable = flags.allowWrite;
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

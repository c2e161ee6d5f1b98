import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

import { loadPolicy, PluginSystem } from '@testbench/core';
import { type PluginServer, startPluginServer } from '@testbench/serve';

import type { CliIo } from '../cli-io.js';
import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import type { SERVE_FLAGS } from '../flags/serve.js';
import { escapeText } from '../render/escape-text.js';
import { writeJson } from '../render/write-json.js';
import { loadNamed, loadConfigured, readConfigured, type Served } from '../serve-plugins.js';
import { UsageError } from '../usage-error.js';

const TOKEN_VARIABLE = 'TESTBENCH_SERVE_TOKEN';

type ServeFlags = CommandCall<typeof SERVE_FLAGS>['flags'];

/** `testbench serve [<plugin>…] [--config <file>]` */
export async function serveCommand({
  io,
  flags,
  args,
}: CommandCall<typeof SERVE_FLAGS>): Promise<ExitCode> {
  if (args.length === 0 && flags.config === undefined) {
    throw new UsageError('expected plugins, or --config', 'serve');
  }
  const token = await readToken(io, flags);
  const configured = await readConfigured(io, flags);
  const policy = flags.policy ?? configured?.config.policy;
  const isolation = flags.isolation ?? configured?.config.isolation;
  await using system = new PluginSystem({
    ...(policy === undefined ? {} : { policy: await loadPolicy(resolve(io.cwd, policy)) }),
    ...(isolation === undefined ? {} : { isolation }),
    onLog: ({ level, message }) => {
      if (flags.debug) io.stderr.write(`${level}: ${escapeText(message)}\n`);
    },
  });
  const named = await loadNamed(io, flags, system, args);
  const fromConfig =
    configured === undefined ? NOTHING : await loadConfigured(io, system, configured);
  const models = [...fromConfig.models, ...readModels(flags.model ?? [], named)];
  const server = await startPluginServer({
    system,
    models,
    ...(token === undefined ? {} : { token }),
    ...(flags.host === undefined ? {} : { host: flags.host }),
    ...(flags.hostName === undefined ? {} : { allowedHosts: flags.hostName }),
    ...(flags.port === undefined ? {} : { port: flags.port }),
    limits: {
      ...(flags.timeoutMs === undefined ? {} : { requestTimeoutMs: flags.timeoutMs }),
      ...(flags.maxRequests === undefined ? {} : { maxRequests: flags.maxRequests }),
      ...(flags.maxBatch === undefined ? {} : { maxBatch: flags.maxBatch }),
    },
  });
  const plugins = system.listPlugins().map(({ id }) => id);
  show(io, flags, server, { plugins, models, isOwnToken: token === undefined });
  await aborted(io.signal);
  io.stderr.write('the server ends when its requests are done\n');
  await server.drain();
  return ExitCode.ok;
}

const NOTHING: Served = { models: [] };

/** The token of the file or the variable; undefined for a random one. There is no flag for it: command lines are visible to every process. */
async function readToken(io: CliIo, { tokenFile }: ServeFlags): Promise<string | undefined> {
  if (tokenFile === undefined) return io.env[TOKEN_VARIABLE] || undefined;
  try {
    return (await readFile(resolve(io.cwd, tokenFile), 'utf8')).trim();
  } catch (cause) {
    const { message } = cause as Error;
    throw new UsageError(`--token-file cannot be read: ${message}`, 'serve');
  }
}

/** Reads `openai/gpt-5-mini`: a provider of the command line, and its model. */
function readModels(texts: readonly string[], ids: readonly string[]): Served['models'] {
  return texts.map((id) => {
    const plugin = ids.find((one) => id.startsWith(`${one}/`) && id.length > one.length + 1);
    if (plugin !== undefined) return { id, plugin, model: id.slice(plugin.length + 1) };
    throw new UsageError(
      `--model is ${JSON.stringify(id)}, expected a plugin and its model, such as ${ids[0] ?? 'openai'}/small`,
      'serve',
    );
  });
}

function show(
  io: CliIo,
  flags: ServeFlags,
  { url, token }: PluginServer,
  served: {
    readonly plugins: readonly string[];
    readonly models: Served['models'];
    readonly isOwnToken: boolean;
  },
): void {
  const { plugins, isOwnToken } = served;
  const models = served.models.map(({ id }) => id);
  if (flags.json) {
    writeJson(io.stdout, { url, ...(isOwnToken && { token }), plugins, models });
    return;
  }
  io.stdout.write(`${url}\n${isOwnToken ? `token ${token}\n` : ''}`);
  io.stderr.write(`plugins: ${escapeText(plugins.join(', '))}\n`);
  if (models.length > 0) io.stderr.write(`models: ${escapeText(models.join(', '))}\n`);
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((done) => {
    signal.addEventListener('abort', () => done(), { once: true });
  });
}

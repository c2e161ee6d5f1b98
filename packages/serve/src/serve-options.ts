import type { PluginSystem } from '@testbench/core';
import type { MetricsRegistry } from '@testbench/telemetry';
import { MAX_TIMEOUT_MS } from '@testbench/types';
import { type ConfigNode, type OptionReaders, readOptions } from '@testbench/types/config';
import { ConfigError } from '@testbench/types/errors';

import { MAX_NAME_CHARACTERS, MIN_TOKEN_CHARACTERS, type ServeLimits } from './limits.js';

/** The parts of a plugin system that a server needs. */
export type ServedSystem = Pick<
  PluginSystem,
  'executePlugin' | 'executePluginBatch' | 'executePluginStream' | 'getPluginInfo' | 'listPlugins'
>;

/** A model of a provider, under a name of its own. */
export interface ServedModel {
  /** How clients name it. */
  readonly id: string;
  /** Id of the loaded provider. */
  readonly plugin: string;
  /** How the provider names it. @default `id` */
  readonly model?: string;
  /** Further fields of the provider's input, unless the request has them: `temperature`, `max_tokens`. @default none */
  readonly parameters?: Readonly<Record<string, unknown>>;
}

/** What is served, to whom, and where. */
export interface PluginServerOptions {
  /** Its plugins are called; it stays the caller's to close. */
  readonly system: ServedSystem;
  /** Ids of the plugins that clients may call by name. @default all that are loaded at the start */
  readonly plugins?: readonly string[];
  /** Models of the OpenAI-compatible API. @default none */
  readonly models?: readonly ServedModel[];
  /** What clients must present as `Authorization: Bearer …`; at least 16 visible ASCII characters. @default a random one */
  readonly token?: string;
  /** Address to listen on. Anyone who can reach it can try tokens, and read what is sent, since there is no TLS. @default '127.0.0.1' */
  readonly host?: string;
  /** 0 for any free port. @default 0 */
  readonly port?: number;
  /** Further values of the header `Host` under which requests are answered, such as that of a proxy; required unless `host` is a loopback address. @default none */
  readonly allowedHosts?: readonly string[];
  readonly limits?: Partial<ServeLimits>;
  /** Where requests and calls are counted; served at `/metrics`. @default a new one */
  readonly metrics?: MetricsRegistry;
}

/** @throws {ConfigError} For anything but a text of a sensible length. */
export function readName(node: ConfigNode): string {
  const name = node.text();
  if (name.length > MAX_NAME_CHARACTERS) {
    node.reject(`a text of at most ${MAX_NAME_CHARACTERS} characters`);
  }
  return name;
}

const MODEL: OptionReaders<ServedModel> = {
  id: readName,
  plugin: (node) => node.text(),
  model: (node) => node.text(),
  parameters: (node) => ({ ...node.object() }),
};

const LIMITS: OptionReaders<ServeLimits> = {
  maxBodyBytes: (node) => node.wholeNumber(1),
  maxHeldBytes: (node) => node.wholeNumber(1),
  maxBatch: (node) => node.wholeNumber(1, 1_000_000),
  maxAnswerBytes: (node) => node.wholeNumber(1),
  maxRequests: (node) => node.wholeNumber(1),
  maxSockets: (node) => node.wholeNumber(1),
  bodyTimeoutMs: (node) => node.wholeNumber(1, MAX_TIMEOUT_MS),
  requestTimeoutMs: (node) => node.wholeNumber(1, MAX_TIMEOUT_MS),
  drainTimeoutMs: (node) => node.wholeNumber(0, MAX_TIMEOUT_MS),
};

const texts = (node: ConfigNode): string[] => node.list().map((item) => item.text());

/** Readers of {@link PluginServerOptions}. */
export const SERVER_OPTIONS: OptionReaders<PluginServerOptions> = {
  system: (node) =>
    node.implementation<ServedSystem>(
      'executePlugin',
      'executePluginBatch',
      'executePluginStream',
      'getPluginInfo',
      'listPlugins',
    ),
  plugins: texts,
  models: (node) =>
    node
      .list()
      .map((item) => readOptions<ServedModel>(item.value, MODEL, item.path, ['id', 'plugin'])),
  token(node) {
    const token = node.text();
    // Others cannot be sent in a header. Not `reject`, which would quote it.
    if (token.length >= MIN_TOKEN_CHARACTERS && /^[\x21-\x7e]+$/.test(token)) return token;
    throw new ConfigError(
      'CONFIG_INVALID',
      node.path,
      `Cannot read "${node.path}": expected at least ${MIN_TOKEN_CHARACTERS} visible ASCII characters`,
    );
  },
  host: (node) => node.text(),
  port: (node) => node.wholeNumber(0, 65_535),
  allowedHosts: texts,
  limits: (node) => readOptions<Partial<ServeLimits>>(node.value, LIMITS, node.path),
  metrics: (node) => node.implementation<MetricsRegistry>('add', 'text'),
};

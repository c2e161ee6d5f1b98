import { resolve } from 'node:path';

import type { Permissions, ResourceLimits } from '@testbench/core';
import { MAX_TIMEOUT_MS } from '@testbench/types';
import { ConfigNode, type OptionReaders, readOptions } from '@testbench/types/config';

import {
  DEFAULT_PAGES,
  DEFAULT_TIMEOUT_MS,
  DEFAULT_VAR_BYTES,
  MAX_MESSAGE_BYTES,
  MAX_PAGES,
  PAGE_BYTES,
} from './limits.js';
import type { ManifestOptions } from './manifest.js';
import type { Logger, LogLevel } from './log-level.js';
import type { ExtismPluginOptions, MemoryOptions } from './options.js';

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;

const OPTIONS: OptionReaders<ExtismPluginOptions> = {
  useWasi: (node) => node.boolean(),
  runInWorker: (node) => node.boolean(),
  isolation: (node) => node.oneOf(['inline', 'thread', 'process']),
  maxFuel: (node) => (node.value === Infinity ? Infinity : node.wholeNumber(1)),
  logger: (node) => node.implementation<Logger>('trace', 'debug', 'info', 'warn', 'error'),
  logLevel: (node) => node.oneOf(LEVELS),
  functions: (node) => readFunctions(node),
  allowedPaths: readTexts,
  allowedHosts: (node) => node.list().map((host) => host.text()),
  memory: (node) => readMemory(node),
  timeoutMs: (node) => (node.value === null ? null : node.wholeNumber(1, MAX_TIMEOUT_MS)),
  enableWasiOutput: (node) => node.boolean(),
  config: readTexts,
  fetch: (node) => node.callback(),
  allowHttpResponseHeaders: (node) => node.boolean(),
  sharedArrayBufferSize: (node) => node.value as number,
  nodeWorkerArgs: (node) => node.value as object,
};

/** The options of a plugin, and those of its manifest where it has none. */
export interface CheckedOptions {
  readonly useWasi: boolean;
  readonly wasiOutput: boolean;
  readonly isolation: 'inline' | 'thread' | 'process';
  readonly logger: Logger;
  readonly logLevel: LogLevel;
  readonly functions: NonNullable<ExtismPluginOptions['functions']>;
  readonly limits: ResourceLimits;
  readonly callTimeoutMs: number;
  readonly maxVarBytes: number;
  readonly permissions: Permissions;
  /** The paths that a plugin sees, by yours. */
  readonly guestPaths: Readonly<Record<string, string>>;
  /** As the protocol reads it. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** Checks options of a caller. @throws {ConfigError} For an unknown key or a wrong value. */
export function readPluginOptions(given: ExtismPluginOptions | undefined): ExtismPluginOptions {
  return readOptions<ExtismPluginOptions>(given, OPTIONS);
}

/**
 * Joins checked options with those of a manifest, which they take precedence over.
 *
 * @throws {ConfigError} For a wrong value in the manifest.
 */
export function joinOptions(own: ExtismPluginOptions, manifest: ManifestOptions): CheckedOptions {
  const allowedPaths =
    own.allowedPaths ?? pick(manifest, 'allowedPaths', 'allowed_paths', readTexts) ?? {};
  const allowedHosts =
    own.allowedHosts ??
    pick(manifest, 'allowedHosts', 'allowed_hosts', (node) =>
      node.list().map((host) => host.text()),
    ) ??
    [];
  const timeoutMs =
    own.timeoutMs === undefined
      ? pick(manifest, 'timeoutMs', 'timeout_ms', (node) => node.wholeNumber(1, MAX_TIMEOUT_MS))
      : own.timeoutMs;
  const config = own.config ?? pick(manifest, 'config', 'config', readTexts) ?? {};
  const memory = own.memory ?? pick(manifest, 'memory', 'memory', readManifestMemory) ?? {};
  const { logLevel = 'silent', logger = console } = own;
  const directories = Object.values(allowedPaths).map(readDirectory);
  const functions = own.functions ?? {};
  const names = Object.entries(functions).flatMap(([module, table]) =>
    Object.keys(table).map((name) => `${module}.${name}`),
  );
  const callTimeoutMs = timeoutMs === null ? MAX_TIMEOUT_MS : (timeoutMs ?? DEFAULT_TIMEOUT_MS);
  const maxMemoryBytes = (memory.maxPages ?? DEFAULT_PAGES) * PAGE_BYTES;
  return {
    useWasi: own.useWasi ?? false,
    wasiOutput: own.enableWasiOutput ?? false,
    isolation: own.isolation ?? (own.runInWorker === true ? 'thread' : 'inline'),
    logger,
    logLevel,
    functions,
    limits: {
      maxMemoryBytes,
      // The time limit of the manifest is for calls; starting a plugin has the usual one at least.
      timeoutMs: Math.max(callTimeoutMs, DEFAULT_TIMEOUT_MS),
      maxFuel: own.maxFuel ?? Infinity,
      maxInputBytes: MAX_MESSAGE_BYTES,
      maxOutputBytes: MAX_MESSAGE_BYTES,
    },
    callTimeoutMs,
    maxVarBytes: memory.maxVarBytes ?? DEFAULT_VAR_BYTES,
    permissions: {
      ...(allowedHosts.length === 0
        ? {}
        : {
            network: true,
            allowedHosts: allowedHosts.flatMap((host) => [`https://${host}:*`, `http://${host}:*`]),
          }),
      ...(directories.length === 0 ? {} : { filesystem: true, allowedDirs: directories }),
      ...(names.length === 0 ? {} : { hostFunctions: true, allowedHostFunctions: names }),
    },
    guestPaths: Object.fromEntries(
      Object.keys(allowedPaths).map((guest, index) => [directories[index]!.path, guest]),
    ),
    config: {
      ...config,
      'extism:host': {
        log_level: logLevel,
        ...(memory.maxHttpResponseBytes === undefined
          ? {}
          : { max_http_response_bytes: memory.maxHttpResponseBytes }),
        allow_http_response_headers: own.allowHttpResponseHeaders ?? false,
      },
    },
  };
}

/** A field under either of its names, checked. */
function pick<T>(
  manifest: ManifestOptions,
  camel: keyof ManifestOptions,
  snake: keyof ManifestOptions,
  read: (node: ConfigNode) => T,
): T | undefined {
  const key = manifest[camel] === undefined ? snake : camel;
  const value: unknown = manifest[key];
  return value === undefined || value === null
    ? undefined
    : read(new ConfigNode(value, `manifest.${key}`));
}

function readTexts(node: ConfigNode): Record<string, string> {
  return Object.fromEntries(
    Object.entries(node.object()).map(([key, value]) => {
      if (typeof value !== 'string') {
        new ConfigNode(value, `${node.path}[${JSON.stringify(key)}]`).reject('a string');
      }
      return [key, value as string];
    }),
  );
}

function readFunctions(node: ConfigNode): NonNullable<ExtismPluginOptions['functions']> {
  return Object.fromEntries(
    Object.entries(node.object()).map(([module, table]) => {
      const place = new ConfigNode(table, `${node.path}[${JSON.stringify(module)}]`);
      return [
        module,
        Object.fromEntries(
          Object.entries(place.object()).map(([name, run]) => [
            name,
            new ConfigNode(run, `${place.path}[${JSON.stringify(name)}]`).callback(),
          ]),
        ),
      ];
    }),
  ) as NonNullable<ExtismPluginOptions['functions']>;
}

const MEMORY: OptionReaders<MemoryOptions> = {
  maxPages: (node) => node.wholeNumber(1, MAX_PAGES),
  maxHttpResponseBytes: (node) => node.wholeNumber(0),
  maxVarBytes: (node) => node.wholeNumber(0),
};

/** Of a manifest, names with underscores too. */
function readManifestMemory(node: ConfigNode): MemoryOptions {
  const camel = Object.entries(node.object())
    .filter(([, value]) => value !== null)
    .map(([key, value]) => [key.replaceAll(/_([a-z])/g, (_, c: string) => c.toUpperCase()), value]);
  return readMemory(new ConfigNode(Object.fromEntries(camel), node.path));
}

function readMemory(node: ConfigNode): MemoryOptions {
  return readOptions<MemoryOptions>(node.value, MEMORY, node.path);
}

function readDirectory(text: string): { path: string; access: 'read-only' | 'read-write' } {
  const readOnly = text.startsWith('ro:');
  return {
    path: resolve(readOnly ? text.slice(3) : text),
    access: readOnly ? 'read-only' : 'read-write',
  };
}

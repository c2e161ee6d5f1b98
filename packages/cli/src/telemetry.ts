import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

import type { RunHooks } from '@testbench/bench/shards';
import type { MetricsServer, ReadyCheck } from '@testbench/telemetry';

import type { CliIo } from './cli-io.js';
import { givenFlag } from './command-line/given-flag.js';
import { escapeText } from './render/escape-text.js';
import { UsageError } from './usage-error.js';

/** Telemetry settings of the command line. */
export interface TelemetryFlagValues {
  readonly telemetry: 'otlp' | undefined;
  readonly metricsPort: number | undefined;
  readonly metricsHost: string | undefined;
}

/**
 * @param command For help with a wrong command line.
 * @param others Flags that cannot be combined with telemetry, by name.
 * @throws {UsageError}
 */
export function checkTelemetryFlags(
  { telemetry, metricsPort, metricsHost }: TelemetryFlagValues,
  command: string,
  others: Readonly<Record<string, boolean>> = {},
): void {
  if (metricsHost !== undefined && metricsPort === undefined) {
    throw new UsageError('--metrics-host needs --metrics-port', command);
  }
  if (metricsPort !== undefined && metricsPort > MAX_PORT) {
    throw new UsageError(`--metrics-port is ${metricsPort}, expected 0 to ${MAX_PORT}`, command);
  }
  const flag = telemetry === undefined ? '--metrics-port' : '--telemetry';
  if (telemetry === undefined && metricsPort === undefined) return;
  const other = givenFlag(others);
  if (other !== undefined) throw new UsageError(`${flag} does not go with --${other}`, command);
}

const MAX_PORT = 65_535;

/** Telemetry of a command, for as long as it runs. */
export interface CommandTelemetry extends AsyncDisposable {
  /** For `hooks` of a run; undefined if there is no listener. */
  readonly hooks: RunHooks | undefined;
  /** The server for `--metrics-port`. */
  readonly server: MetricsServer | undefined;
}

/** Where the API keeps registered providers, whether a module of `node --import` or our code registered them. */
const API_GLOBAL = Symbol.for('opentelemetry.js.api.1');
const SDK = '@opentelemetry/sdk-node';
/** Time for the last spans and figures to be sent: an unreachable collector must not delay the end of a run. */
const FLUSH_MS = 5_000;

/**
 * Starts what `--telemetry` and `--metrics-port` ask for. Without them, and without a provider that `node --import` registered, nothing is loaded.
 *
 * @param ready The check behind `/readyz`.
 * @throws {UsageError} The SDK is not installed, or too old.
 * @throws {TelemetryError} `TELEMETRY_PORT_UNUSABLE`.
 */
export async function startTelemetry(
  io: CliIo,
  { telemetry, metricsPort, metricsHost }: TelemetryFlagValues,
  ready: Readonly<Record<string, ReadyCheck>> = {},
): Promise<CommandTelemetry> {
  if (telemetry === undefined && metricsPort === undefined && !isRegistered()) return NOTHING;
  const sdk = telemetry === undefined ? undefined : await startSdk(io);
  let server: MetricsServer | undefined;
  try {
    const { createRunTelemetry, MetricsRegistry, startMetricsServer } =
      await import('@testbench/telemetry');
    const registry = metricsPort === undefined ? undefined : new MetricsRegistry();
    const hooks = createRunTelemetry(registry === undefined ? {} : { registry });
    if (sdk !== undefined && !isRegistered()) throw tooOld();
    if (registry !== undefined) {
      server = await startMetricsServer({
        registry,
        port: metricsPort!,
        ready,
        ...(metricsHost === undefined ? {} : { host: metricsHost }),
      });
      io.stderr.write(`metrics: ${server.url}/metrics\n`);
    }
    return {
      hooks,
      server,
      async [Symbol.asyncDispose]() {
        await server?.close();
        if (sdk !== undefined) await endSdk(io, sdk);
      },
    };
  } catch (error) {
    if (sdk !== undefined) await endSdk(io, sdk);
    throw error;
  }
}

const NOTHING: CommandTelemetry = {
  hooks: undefined,
  server: undefined,
  async [Symbol.asyncDispose]() {},
};

/** The parts of the SDK that we use; it is the user's own. */
interface Sdk {
  start(): void;
  shutdown(): Promise<void>;
}

interface SdkModule {
  readonly NodeSDK?: new (options: object) => Sdk;
}

function isRegistered(): boolean {
  const api = (globalThis as { [API_GLOBAL]?: object })[API_GLOBAL];
  return api !== undefined && ['trace', 'metrics', 'logs'].some((name) => name in api);
}

/** Loads the SDK from the project: it decides its version, its exporters and what they send. Its settings are OpenTelemetry's own `OTEL_…`. */
async function startSdk(io: CliIo): Promise<Sdk> {
  const { NodeSDK } = await loadSdk(io);
  if (NodeSDK === undefined) throw tooOld();
  // Not those of the process: its arguments may contain the password of the queue.
  process.env['OTEL_NODE_RESOURCE_DETECTORS'] ??= 'env';
  const sdk = new NodeSDK({
    serviceName: io.env['OTEL_SERVICE_NAME'] ?? 'testbench',
    // Ours reports runs; others would patch modules.
    instrumentations: [],
  });
  sdk.start();
  return sdk;
}

async function loadSdk(io: CliIo): Promise<SdkModule> {
  let path: string;
  try {
    path = createRequire(join(io.cwd, 'package.json')).resolve(SDK);
  } catch {
    throw new UsageError(
      `--telemetry needs the SDK of OpenTelemetry in your project: npm install ${SDK}`,
    );
  }
  const loaded = (await import(pathToFileURL(path).href)) as SdkModule & { default?: SdkModule };
  return loaded.NodeSDK === undefined ? (loaded.default ?? loaded) : loaded;
}

function tooOld(): UsageError {
  return new UsageError(
    `--telemetry needs ${SDK} 0.300 or newer, for @opentelemetry/api 1.10: npm install ${SDK}@latest`,
  );
}

/** An unreachable collector is reported, but does not fail the run. */
async function endSdk(io: CliIo, sdk: Sdk): Promise<void> {
  const late = setTimeout(FLUSH_MS, 'late' as const, { ref: false });
  try {
    const ended = await Promise.race([sdk.shutdown(), late]);
    if (ended === 'late') io.stderr.write('warning: telemetry was not all sent in time\n');
  } catch (error) {
    const { message } = error as Error;
    io.stderr.write(`warning: telemetry could not be sent: ${escapeText(message)}\n`);
  }
}

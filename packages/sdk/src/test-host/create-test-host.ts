import {
  type AnswerAsks,
  type ExecuteOptions,
  type Isolation,
  ISOLATIONS,
  type LoadPluginOptions,
  type Plugin,
  type PluginInfo,
  PluginSystem,
} from '@testbench/core';
import type { CallContext, EvaluatorResult, Permissions, PluginOutput } from '@testbench/types';
import type { CustomHostFunctions, LogRecord } from '@testbench/types/abi';
import { isAggregateData } from '@testbench/types/aggregate';
import type { Ask, AskAnswer } from '@testbench/types/asking';
import { ConfigNode, type OptionReaders, readLimits, readOptions } from '@testbench/types/config';
import { handedData } from '@testbench/types/reads';
import type { HttpTransport, SecretStore, StateStore } from '@testbench/types/stores';

import { readJsonValue } from '../read-json-value.js';
import {
  describeRequest,
  type HttpHandler,
  handlerTransport,
  type TestRequest,
} from './http-handler.js';
import type { HttpRecording } from './recorded-http.js';
import { framesOf, tellCaller } from './tell-caller.js';
import { TestHostError } from './test-host-error.js';

/** How a {@link TestHost} runs a plugin. */
export interface TestHostOptions {
  /** JSON for the plugin's `plugin_init`. @default {} */
  readonly config?: unknown;
  /** Seed of the random numbers that the plugin receives. @default 1 */
  readonly seed?: number;
  /** Initial time of the plugin's clock, in milliseconds since the epoch. @default 0 */
  readonly nowMs?: number;
  /** Limits of each call. @default those of a real host */
  readonly limits?: NonNullable<LoadPluginOptions['limits']>;
  /** Permissions of the plugin. @default nothing */
  readonly permissions?: Permissions;
  /** Answers the requests that it is permitted to send: a function, or `recordedHttp(path)`. @default every request fails */
  readonly http?: HttpHandler | HttpRecording;
  /**
   * Called instead of the host to answer the plugin's asks, for example with recorded answers. Undefined leaves an ask to the host, and its requests to
   * `http`. @default the host answers
   */
  readonly answers?: (ask: Ask) => AskAnswer | undefined | Promise<AskAnswer | undefined>;
  /** The value of `${secret:NAME}` in the header of a request; `createMemorySecrets` and others of core make one. @default none */
  readonly secrets?: SecretStore;
  /** The host's own functions that the plugin may call, if `permissions` name them. @default none */
  readonly hostFunctions?: CustomHostFunctions;
  /** Modules of the host's own wire protocols, as a `PluginSystem` takes them. @default none */
  readonly protocols?: readonly (string | URL)[];
  /** Initial content of the plugin's state. @default nothing */
  readonly storedState?: Readonly<Record<string, string>>;
  /** Where it runs. @default 'thread' */
  readonly isolation?: Isolation;
  /** Its source map, for places in errors: a path, or its bytes; false for none. @default the file next to the module */
  readonly sourceMap?: NonNullable<LoadPluginOptions['sourceMap']>;
}

const OPTIONS: OptionReaders<TestHostOptions> = {
  config: readJsonValue,
  seed: (node) => node.wholeNumber(0),
  nowMs: readTimeMs,
  limits: readLimits,
  answers: (node) => node.callback(),
  // Checked when the plugin is loaded.
  permissions: (node) => node.object(),
  http: (node) =>
    typeof node.value === 'function'
      ? node.callback<HttpHandler>()
      : node.implementation<HttpRecording>('transport', 'save'),
  secrets: (node) => node.implementation('read'),
  // Names and functions are checked by the system that receives them.
  hostFunctions: (node) => node.object() as CustomHostFunctions,
  protocols: (node) => node.list().map(({ value }) => value as string | URL),
  storedState: (node) => {
    const values = Object.entries(node.object());
    return Object.fromEntries(
      values.map(([key, value]) => {
        const text = new ConfigNode(value, `${node.path}.${key}`);
        return [key, text.value === '' ? '' : text.text()];
      }),
    );
  },
  isolation: (node) => node.oneOf(ISOLATIONS),
  sourceMap: (node) => {
    const { value } = node;
    if (value === false || value instanceof Uint8Array || value instanceof URL) return value;
    return node.text();
  },
};

/** Within the range of a `Date`. */
function readTimeMs(node: ConfigNode): number {
  return node.number(-8.64e15, 8.64e15);
}

/** One call, and everything that a test may want to know about it. */
export interface TestCall<Data = unknown> extends PluginOutput<Data> {
  /** Records that the plugin logged during the call. */
  readonly logs: readonly LogRecord[];
  /** Data that it emitted, chunk by chunk. */
  readonly chunks: readonly string[];
  /** Asks that it returned instead of a result, over all rounds. */
  readonly asks: readonly Ask[];
  /** Requests that it sent to the network, each redirection as a separate request. */
  readonly requests: readonly TestRequest[];
}

/** Limits of one call, and the information that the plugin receives about it. */
export type TestCallOptions = ExecuteOptions & { readonly context?: CallContext };

/** One plugin in a real host, with a clock, random numbers and a network that the test controls. */
export interface TestHost extends AsyncDisposable {
  readonly info: PluginInfo;
  /** Everything that the plugin has logged since its start. */
  readonly logs: readonly LogRecord[];
  /** What the plugin keeps with `host_set_state`: can be read and changed. It has no quota, unlike in a real host. */
  readonly storedState: Map<string, Uint8Array>;
  /**
   * Runs one input. Calls take turns, so that logs and requests belong to one call. As in a benchmark, a plugin whose metadata lists what
   * it `reads` gets no other fields.
   *
   * @throws {CallError} As a real host does; its stack starts where `call` was called, and `logsOf` returns what the plugin logged.
   * @throws {TestHostError} If the plugin sent a request that nothing answers.
   * @throws {ConfigError} For an unknown key or a wrong value among the options.
   */
  call<Data = unknown>(data: unknown, options?: TestCallOptions): Promise<TestCall<Data>>;
  /**
   * Asks an evaluator of sums for the score of a set.
   *
   * @param sums By name of the metric.
   * @param n Number of results that were summed, from 1.
   * @throws {CallError} As `Plugin.aggregate` does.
   */
  aggregate(
    sums: Readonly<Record<string, number>>,
    n: number,
    options?: TestCallOptions,
  ): Promise<PluginOutput<EvaluatorResult>>;
  /** Sets the plugin's clock. */
  setTime(nowMs: number): void;
  /** Advances the plugin's clock. */
  advanceTime(byMs: number): void;
  /** Unloads the plugin, and writes the recordings. */
  close(): Promise<void>;
}

/**
 * Loads a plugin into its own host, for a test: real limits and host functions, but random numbers from a
 * seed, a clock that stands still and a network that the test provides, so that every run gives the same results.
 *
 * It works with any test runner.
 *
 * @param source Path of the module, or its bytes.
 * @throws {LoadError} If no host would load it.
 * @throws {ConfigError} For an unknown key or a wrong value among the options.
 *
 * @example
 * ```ts no-run
 * import { createTestHost } from '@testbench/sdk';
 *
 * await using host = await createTestHost('build/exact-match.wasm', { config: { ignore_case: true } });
 * const { data, metadata } = await host.call({ output: 'Paris', expected: 'paris' });
 * data; // => { score: 1 }
 * metadata.fuelUsed < 100_000; // => true
 * ```
 */
export async function createTestHost(
  source: string | Uint8Array,
  given?: TestHostOptions,
): Promise<TestHost> {
  const options = readOptions<TestHostOptions>(given, OPTIONS);
  const opener = framesOf(createTestHost);
  let nowMs = options.nowMs ?? 0;
  const logs: LogRecord[] = [];
  const network = new TestNetwork(options.http);
  const state = new Map<string, Uint8Array>();
  for (const [key, value] of Object.entries(options.storedState ?? {})) {
    state.set(key, new TextEncoder().encode(value));
  }
  const system = new PluginSystem({
    random: { seed: options.seed ?? 1 },
    now: () => nowMs,
    onLog: (record) => void logs.push(record),
    httpTransport: network.transport,
    openStateStore: () => storeOf(state),
    ...(options.secrets !== undefined && { secrets: options.secrets }),
    ...(options.hostFunctions !== undefined && { hostFunctions: options.hostFunctions }),
    ...(options.protocols !== undefined && { protocols: options.protocols }),
    ...(options.isolation !== undefined && { isolation: options.isolation }),
  });
  const loadOptions: LoadPluginOptions = {
    ...(options.config !== undefined && { config: options.config }),
    ...(options.limits !== undefined && { limits: options.limits }),
    ...(options.sourceMap !== undefined && { sourceMap: options.sourceMap }),
    ...(options.permissions !== undefined && { permissions: options.permissions }),
  };
  let plugin: Plugin;
  try {
    plugin =
      typeof source === 'string'
        ? await system.loadPlugin(source, loadOptions)
        : await system.loadPluginFromBytes('plugin', source, loadOptions);
  } catch (error) {
    await system.close();
    throw tellCaller(error, opener, logs);
  }
  const close = async (): Promise<void> => {
    await system.close();
    await network.save();
  };
  let turn: Promise<unknown> = Promise.resolve();
  /** Calls take turns; a failing call reports where the test made it, and what the plugin logged. */
  const inTurn = <Result>(frames: string, work: () => Promise<Result>): Promise<Result> => {
    const call = turn.then(async () => {
      const first = logs.length;
      try {
        return await work();
      } catch (error) {
        throw tellCaller(error, frames, logs.slice(first));
      }
    });
    turn = call.catch(() => undefined);
    return call;
  };
  const run = async <Data>(
    data: unknown,
    callOptions: TestCallOptions | undefined,
  ): Promise<TestCall<Data>> => {
    // Before destructuring: a non-object must be refused as such.
    const own: TestCallOptions =
      callOptions === undefined ? {} : new ConfigNode(callOptions).object();
    const firstLog = logs.length;
    const firstRequest = network.requests.length;
    const decoder = new TextDecoder();
    const chunks: string[] = [];
    const asks: Ask[] = [];
    const answerAsks: AnswerAsks = async (round, ask) => {
      asks.push(...round.asks);
      const answer = async (one: Ask): Promise<AskAnswer> =>
        (await options.answers?.(one)) ?? (await ask(one));
      return { answers: await Promise.all(round.asks.map(answer)) };
    };
    let output: PluginOutput | undefined;
    try {
      for await (const part of plugin.stream(handed(data), { answerAsks, ...own })) {
        if (part.type === 'chunk') chunks.push(decoder.decode(part.bytes, { stream: true }));
        else output = part.output;
      }
    } finally {
      network.rethrow();
    }
    return {
      ...(output as PluginOutput<Data>),
      logs: logs.slice(firstLog),
      chunks,
      asks,
      requests: network.requests.slice(firstRequest),
    };
  };
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller names the type, as in core
  const call = <Data>(data: unknown, callOptions?: TestCallOptions): Promise<TestCall<Data>> =>
    inTurn(framesOf(call), () => run<Data>(data, callOptions));
  const aggregate: TestHost['aggregate'] = (sums, n, callOptions) =>
    inTurn(framesOf(aggregate), () => plugin.aggregate(sums, n, callOptions));
  const handed = (data: unknown): unknown => {
    const isWhole = typeof data !== 'object' || data === null || Array.isArray(data);
    return isWhole || isAggregateData(data) ? data : handedData(plugin.info.metadata, data);
  };
  return {
    info: plugin.info,
    logs,
    storedState: state,
    setTime: (value) => {
      nowMs = value;
    },
    advanceTime: (byMs) => {
      nowMs += byMs;
    },
    call,
    aggregate,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function storeOf(state: Map<string, Uint8Array>): StateStore {
  return {
    specificationVersion: 'v1',
    get: (key) => state.get(key),
    set(key, value) {
      state.set(key, value.slice());
      return true;
    },
    delete: (key) => state.delete(key),
  };
}

/** The network of one test host: records each request, and why one was not answered. */
class TestNetwork {
  readonly requests: TestRequest[] = [];
  readonly #recording: HttpRecording;
  #problem: unknown;

  constructor(http: TestHostOptions['http']) {
    this.#recording =
      typeof http === 'object'
        ? http
        : { transport: handlerTransport(http ?? nothing), save: () => Promise.resolve() };
  }

  readonly transport: HttpTransport = async (request, send) => {
    this.requests.push(describeRequest(request));
    try {
      return await this.#recording.transport(request, send);
    } catch (error) {
      this.#problem ??= error;
      throw error;
    }
  };

  /** The guest only learns that its request failed; the test learns why. */
  rethrow(): void {
    const problem = this.#problem;
    this.#problem = undefined;
    if (problem !== undefined) throw problem;
  }

  async save(): Promise<void> {
    await this.#recording.save();
  }
}

function nothing({ method, url }: TestRequest): never {
  throw new TestHostError(
    'TEST_NO_RECORDING',
    `Cannot answer ${method} ${url}: the test host has no "http"; give it a function or recordedHttp(path)`,
  );
}

import { PluginError, StoreError } from '@testbench/types/errors';
import type { StoreOptions } from '@testbench/types/stores';
import { request as send } from 'undici';

import { Agents } from './agents.js';
import { type Answer, dropBody, headerOf, refusalOf } from './answers.js';
import { Authorizer } from './authorizer.js';
import type { Clock } from './clock.js';
import { MAX_ATTEMPTS, MAX_REDIRECTS, MAX_RETRY_AFTER_MS, REQUEST_TIMEOUT_MS } from './limits.js';
import type { RegistrySettings } from './registry-options.js';
import { describeFailure, describeUnreadProxy, isTlsError } from './describe-failure.js';
import { isRetryable, parseRetryAfter, pauseBefore } from './retry-after.js';
import { describeTransfer, type Transfer, transferTimeoutOf } from './transfer.js';

/** How much progress a transfer must make before its attempts are counted from the beginning. */
const PROGRESS_BYTES = 1024 * 1024;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** A request to a registry. */
export interface RegistryRequest {
  readonly host: string;
  /** Name of the repository. */
  readonly name: string;
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH';
  /** Path with query, or a whole URL of the registry. */
  readonly target: string;
  /** Actions that a token must allow. */
  readonly actions: 'pull' | 'pull,push';
  /** Called for each attempt. */
  readonly headers?: () => Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Time limit of an attempt, including its body. @default a minute */
  readonly timeoutMs?: number;
  /** False if it must not be resent once the registry may have started processing it. @default true */
  readonly isRepeatable?: boolean;
  /** The operation it belongs to: attempts that make progress reset the count, until its time is over. */
  readonly transfer?: Transfer;
  /** Purpose of the request, which follows "Cannot" in messages. */
  readonly what: string;
}

/** Sends requests to registries: authenticates, follows redirects with care, and retries. */
export class RegistryClient {
  readonly #settings: RegistrySettings;
  readonly #agents: Agents;
  readonly #authorizer: Authorizer;
  readonly #clock: Clock;

  constructor(settings: RegistrySettings, clock: Clock) {
    this.#settings = settings;
    this.#agents = new Agents(settings);
    this.#authorizer = new Authorizer(settings, this.#agents);
    this.#clock = clock;
  }

  /** `https://host/`. */
  baseOf(host: string): URL {
    const real = host === 'docker.io' ? 'registry-1.docker.io' : host;
    return new URL(`${this.#settings.protocolOf(host)}//${real}/`);
  }

  /** Starts the time limit of a blob, which is taken from the settings or its size. */
  beginTransfer(totalBytes: number, transferredBytes: () => number): Transfer {
    const timeoutMs = this.#settings.transferTimeoutMs ?? transferTimeoutOf(totalBytes);
    return { timeoutMs, endsAtMs: this.#clock.now() + timeoutMs, totalBytes, transferredBytes };
  }

  /**
   * Sends a request and reads its answer, repeatedly if necessary.
   *
   * @param use Reads the answer. An error from it that is not a `PluginError` counts as an interrupted answer.
   * @throws {StoreError} As `PluginStore` documents. @throws The reason of the signal.
   */
  async exchange<Result>(
    request: RegistryRequest,
    { signal }: StoreOptions,
    use: (answer: Answer) => Promise<Result>,
  ): Promise<Result> {
    const { transfer, timeoutMs = REQUEST_TIMEOUT_MS } = request;
    let last = transfer?.transferredBytes() ?? 0;
    const endsAtMs = transfer?.endsAtMs ?? this.#clock.now() + MAX_ATTEMPTS * timeoutMs;
    for (let attempt = 1; ; attempt += 1) {
      signal?.throwIfAborted();
      // Slowly dripping bytes count as progress, and must not prolong this forever.
      const leftMs = endsAtMs - this.#clock.now();
      if (leftMs <= 0) throw this.#unavailable(request, undefined, true);
      const limit = this.#clock.timeout(Math.ceil(Math.min(timeoutMs, leftMs)));
      const both = signal === undefined ? limit : AbortSignal.any([signal, limit]);
      let pauseMs: number;
      try {
        const answer = await this.#send(request, both);
        if (!isRetryable(answer.status)) return await use(answer);
        const header = headerOf(answer, 'retry-after');
        const refusal = await refusalOf(answer, request.what);
        // A date is relative to the registry's own clock: this machine's clock may be wrong.
        const theirs = Date.parse(headerOf(answer, 'date') ?? '');
        const nowMs = Number.isNaN(theirs) ? Date.now() : theirs;
        const retryAfterMs = parseRetryAfter(header, nowMs);
        pauseMs = retryAfterMs ?? pauseBefore(attempt);
        const isLate = this.#clock.now() + pauseMs >= endsAtMs;
        if (attempt >= MAX_ATTEMPTS || (retryAfterMs ?? 0) > MAX_RETRY_AFTER_MS || isLate) {
          throw withRetryAfter(refusal, retryAfterMs);
        }
      } catch (error) {
        signal?.throwIfAborted();
        if (PluginError.is(error)) throw error;
        const transferred = transfer?.transferredBytes() ?? 0;
        if (transferred >= last + PROGRESS_BYTES) {
          last = transferred;
          attempt = 1;
        }
        pauseMs = pauseBefore(attempt);
        const isLate = this.#clock.now() + pauseMs >= endsAtMs;
        if (
          request.isRepeatable === false ||
          attempt >= MAX_ATTEMPTS ||
          isTlsError(error) ||
          isLate
        ) {
          throw this.#unavailable(request, limit.aborted ? undefined : error, isLate);
        }
      }
      await this.#clock.pause(pauseMs, signal);
    }
  }

  async #send(request: RegistryRequest, signal: AbortSignal): Promise<Answer> {
    const base = this.baseOf(request.host);
    const start = new URL(request.target, base);
    if (start.origin !== base.origin) throw untrusted(request.what, start, 'for its own requests');
    let url = start;
    let challenged = false;
    for (let hops = 0; ;) {
      const isOwn = url.origin === base.origin;
      const trusted = isOwn || this.#settings.trustedHosts.has(url.host);
      const authorization = isOwn ? this.#authorizer.current(request) : undefined;
      const response = await send(url, {
        method: request.method,
        dispatcher: this.#agents.for(url, trusted),
        signal,
        headers: {
          ...request.headers?.(),
          // Nothing is decompressed, since the digest is of the bytes as sent.
          'accept-encoding': 'identity',
          'user-agent': 'testbench',
          ...(authorization === undefined ? {} : { authorization }),
        },
        ...(request.body === undefined ? {} : { body: request.body }),
      });
      const answer = {
        status: response.statusCode,
        headers: response.headers,
        body: response.body,
        url,
      };
      if (answer.status === 401 && isOwn && !challenged) {
        const header = response.headers['www-authenticate'];
        challenged = true;
        if (await this.#authorizer.answer(request, base, header, signal)) {
          dropBody(answer);
          continue;
        }
      }
      if (!REDIRECTS.has(answer.status)) return answer;
      dropBody(answer);
      hops += 1;
      url = this.#follow(request, base, url, headerOf(answer, 'location'), hops);
    }
  }

  /** @param error The failure; undefined if it took too long. */
  #unavailable(
    { what, host, transfer }: RegistryRequest,
    error: unknown,
    isLate: boolean,
  ): StoreError {
    const state = error === undefined ? 'it is too slow' : describeFailure(error);
    const far = transfer === undefined ? '' : describeTransfer(transfer, isLate);
    const hint = this.#settings.proxy === undefined ? describeUnreadProxy() : '';
    return new StoreError(
      'STORE_UNAVAILABLE',
      `Cannot ${what}: the registry ${host} cannot be used: ${state}${far}${hint}`,
      {
        cause: error,
        ...(transfer !== undefined && {
          transferredBytes: transfer.transferredBytes(),
          totalBytes: transfer.totalBytes,
        }),
      },
    );
  }

  #follow(
    { method, what }: RegistryRequest,
    base: URL,
    from: URL,
    location: string | undefined,
    hops: number,
  ): URL {
    if (hops > MAX_REDIRECTS) {
      throw new StoreError(
        'STORE_UNTRUSTED_LOCATION',
        `Cannot ${what}: the registry redirects more than ${MAX_REDIRECTS} times`,
      );
    }
    const url = URL.parse(location ?? '', from);
    if (location === undefined || url === null) {
      throw new StoreError(
        'STORE_BAD_ANSWER',
        `Cannot ${what}: the registry redirects to an invalid address`,
      );
    }
    const isWeb = url.protocol === 'https:' || url.protocol === base.protocol;
    if (!isWeb || url.username !== '' || url.password !== '') {
      throw untrusted(what, url, 'without TLS, or with a name and password');
    }
    if (method !== 'GET' && method !== 'HEAD') throw untrusted(what, url, 'while it is written to');
    return url;
  }
}

function untrusted(what: string, { protocol, host }: URL, why: string): StoreError {
  return new StoreError(
    'STORE_UNTRUSTED_LOCATION',
    `Cannot ${what}: the registry leads to ${protocol}//${host} ${why}`,
  );
}

function withRetryAfter(refusal: StoreError, retryAfterMs: number | undefined): StoreError {
  if (retryAfterMs === undefined) return refusal;
  const { code, message, status } = refusal;
  return new StoreError(code, `${message}; try again in ${Math.ceil(retryAfterMs / 1000)} s`, {
    ...(status === undefined ? {} : { status }),
    retryAfterMs,
  });
}

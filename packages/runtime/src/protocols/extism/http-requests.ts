import type { EffectResult, ProtocolGuest, ProtocolSteps } from '@testbench/types/abi';
import { HostCode } from '@testbench/types/abi';

import { toBase64 } from './base64.js';
import type { GuestEnvironment } from './guest-environment.js';
import { type Kernel, trapped } from './kernel.js';
import { READ_BYTES } from './limits.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Why a request failed, by code. */
const REASONS: Readonly<Record<number, string>> = {
  [HostCode.invalidArgument]: 'the request is malformed',
  [HostCode.permissionDenied]: 'it is not permitted',
  [HostCode.limitExceeded]: 'it goes beyond a limit',
  [HostCode.inputOutput]: 'there was no connection, or it broke',
  [HostCode.cancelled]: 'the call is over',
};

/** The requests of a guest, and what is known of the last response. */
export class HttpRequests {
  status = 0;
  #headers: Readonly<Record<string, string>> | undefined;

  constructor(
    readonly guest: ProtocolGuest,
    readonly kernel: Kernel,
  ) {}

  clear(): void {
    this.status = 0;
    this.#headers = undefined;
  }

  /**
   * `http_request`: sends it by way of the host, which enforces the permissions, also at each redirect.
   *
   * @param request Offset of the request as JSON: `url`, `method`, `headers`.
   * @param body Offset of the body; 0 for none.
   * @returns offset of the response's body
   * @throws {CallError} `CALL_TRAPPED` for a request that is refused or fails, or a response that is too long.
   */
  *send(environment: GuestEnvironment, request: bigint, body: bigint): ProtocolSteps<bigint> {
    this.clear();
    const opened = (yield this.guest.perform('host_http_open', [
      this.#requestOf(request, body),
    ])) as EffectResult;
    const handle = succeeded('it was refused', opened).code;
    const head = succeeded(
      'no response',
      (yield this.guest.perform('host_http_head', [handle, READ_BYTES])) as EffectResult,
    );
    const { status, headers } = JSON.parse(decoder.decode(head.bytes)) as {
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
    };
    const parts: Uint8Array[] = [];
    let length = 0;
    for (;;) {
      const piece = succeeded(
        'its response broke',
        (yield this.guest.perform('host_http_read', [handle, READ_BYTES])) as EffectResult,
      );
      if (piece.code === 0 || piece.bytes === undefined) break;
      length += piece.bytes.length;
      if (length > environment.settings.maxResponseBytes) {
        yield this.guest.perform('host_http_close', [handle]);
        throw trapped(
          `HTTP request failed: the response is longer than ${environment.settings.maxResponseBytes} bytes`,
        );
      }
      parts.push(piece.bytes);
    }
    yield this.guest.perform('host_http_close', [handle]);
    this.status = status;
    this.#headers = headers;
    return environment.give(join(parts, length));
  }

  /** `http_headers`: offset of the last response's headers as JSON; 0 if there are none, or they are not allowed. */
  giveHeaders(environment: GuestEnvironment): bigint {
    if (this.#headers === undefined || !environment.settings.allowHeaders) return 0n;
    return environment.give(encoder.encode(JSON.stringify(this.#headers)));
  }

  #requestOf(request: bigint, body: bigint): Uint8Array {
    const text = decoder.decode(this.kernel.read('the request', request));
    let fields: { url?: unknown; method?: unknown; headers?: unknown; header?: unknown };
    try {
      fields = Object(JSON.parse(text)) as typeof fields;
    } catch (cause) {
      throw trapped('its HTTP request is not JSON', cause);
    }
    const { url, method: given = 'GET', headers, header } = fields;
    const method = typeof given === 'string' ? given.toUpperCase() : given;
    // As in Extism: requests that have no body are sent without the one that the guest gives.
    const bytes =
      body === 0n || method === 'GET' || method === 'HEAD'
        ? undefined
        : this.kernel.read('the body', body);
    return encoder.encode(
      JSON.stringify({
        url,
        method,
        headers: headers ?? header ?? {},
        ...(bytes === undefined || bytes.length === 0 ? {} : { body_base64: toBase64(bytes) }),
      }),
    );
  }
}

function succeeded(what: string, result: EffectResult): EffectResult {
  if (result.code >= 0) return result;
  const reason = REASONS[result.code] ?? `host code ${result.code}`;
  throw trapped(`HTTP request failed: ${what}: ${reason}`);
}

function join(parts: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let end = 0;
  for (const part of parts) {
    bytes.set(part, end);
    end += part.length;
  }
  return bytes;
}

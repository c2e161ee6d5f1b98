import { type EffectCall, type EffectResult, HostCode } from '@testbench/types/abi';

import type { HttpClient } from '../http/http-client.js';
import type { HttpExchange } from '../http/http-exchange.js';
import { failureResult } from './effect-failure.js';
import { parseRequest } from '../http/parse-request.js';
import { MAX_EFFECT_INPUT_BYTES, MAX_REQUESTS_PER_CALL } from '../limits.js';
import type { CallEffects } from './effect-handlers.js';
import { HandleTable } from './handle-table.js';
import { bytesAt, sizeAt } from './read-argument.js';

const invalidArgument: EffectResult = { code: HostCode.invalidArgument };

/** `host_http_open`, `host_http_head`, `host_http_read` and `host_http_close`. */
export function httpEffects(client: HttpClient | undefined): CallEffects {
  const exchanges = new HandleTable<HttpExchange>();
  let call: EffectCall | undefined;
  let requests = 0;

  const open = (bytes: Uint8Array): EffectResult => {
    if (client === undefined) return { code: HostCode.permissionDenied, denied: 'network' };
    if (call === undefined) return { code: HostCode.cancelled };
    if (!exchanges.hasRoom) {
      return { code: HostCode.limitExceeded, problem: 'HTTP: too many requests are open' };
    }
    if (requests >= MAX_REQUESTS_PER_CALL) {
      const problem = `HTTP: more than ${MAX_REQUESTS_PER_CALL} requests in one call`;
      return { code: HostCode.limitExceeded, problem };
    }
    requests += 1;
    return {
      code: exchanges.add(
        client.start(parseRequest(bytes, client.headers, call.attachments), call),
      ),
    };
  };

  return {
    handlers: {
      host_http_open(args) {
        const bytes = bytesAt(args, 0);
        if (bytes === undefined) return invalidArgument;
        if (bytes.length > MAX_EFFECT_INPUT_BYTES) return { code: HostCode.limitExceeded };
        try {
          return open(bytes);
        } catch (error) {
          return failureResult(error, 'HTTP request');
        }
      },
      host_http_head: (args) => exchanges.get(args[0])?.head() ?? invalidArgument,
      host_http_read: (args) => exchanges.get(args[0])?.read(sizeAt(args, 1)) ?? invalidArgument,
      host_http_close(args) {
        const exchange = exchanges.remove(args[0]);
        exchange?.close();
        return exchange === undefined ? invalidArgument : { code: 0 };
      },
    },
    beginCall(begun) {
      call = begun;
      requests = 0;
    },
    endCall() {
      call = undefined;
      exchanges.closeAll();
    },
  };
}

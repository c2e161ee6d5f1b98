import type { Problem } from '../answers/problem.js';

/** An error in OpenAI's shape. */
export interface OpenAiError {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string;
  };
}

const TYPES: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  403: 'permission_error',
  429: 'rate_limit_error',
};
/** Codes that clients of OpenAI know. */
const CODES: Readonly<Record<string, string>> = {
  SERVE_NO_TOKEN: 'invalid_api_key',
  SERVE_NOT_SERVED: 'model_not_found',
  SERVE_UNSUPPORTED: 'unsupported_parameter',
};

export function toOpenAiError({ status, code, detail }: Problem): OpenAiError {
  const type = TYPES[status] ?? (status < 500 ? 'invalid_request_error' : 'server_error');
  const param = /^Cannot read "body\.([^"]+)"/.exec(detail)?.[1] ?? null;
  return { error: { message: detail, type, param, code: CODES[code] ?? code } };
}

import { type EffectResult, HostCode } from '@testbench/types/abi';

/** Why an effect failed. Its message goes to the operator's log and contains neither secrets nor whole inputs. */
export class EffectFailure extends Error {
  override readonly name = 'EffectFailure';

  /** @param code One of `HostCode`, for the guest. */
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

/** Codes of Node and undici that mean something more specific than "it failed". */
const CODES: Readonly<Record<string, number | undefined>> = {
  ENOENT: HostCode.notFound,
  ENOSPC: HostCode.limitExceeded,
  EDQUOT: HostCode.limitExceeded,
  EFBIG: HostCode.limitExceeded,
  EMFILE: HostCode.limitExceeded,
  UND_ERR_RES_EXCEEDED_MAX_SIZE: HostCode.limitExceeded,
};

/** What is reported to the guest and to the log about a failure. `what` names what was requested. */
export function failureResult(error: unknown, what: string): EffectResult {
  if (!(error instanceof EffectFailure)) {
    const reason = reasonOf(error);
    const code = CODES[reason] ?? HostCode.inputOutput;
    // A missing file is an answer, not a failure.
    return code === HostCode.notFound ? { code } : { code, problem: `${what}: ${reason}` };
  }
  const text = error.message === '' ? what : `${what}: ${error.message}`;
  if (error.code === HostCode.permissionDenied) return { code: error.code, denied: text };
  // The end of a call is not reported to the caller that ended it.
  if (error.code === HostCode.cancelled) return { code: error.code };
  return { code: error.code, problem: text };
}

/** A code such as ECONNREFUSED. Never the message, in which a client may quote its input. */
function reasonOf(error: unknown): string {
  const { code, cause, name } = Object(error) as Readonly<Record<string, unknown>>;
  if (typeof code === 'string' && /^[A-Z][A-Z0-9_]*$/.test(code)) return code;
  // The parser's errors have no code.
  if (name === 'HTTPParserError') return 'the answer is not HTTP';
  return cause === undefined ? 'the exchange failed' : reasonOf(cause);
}

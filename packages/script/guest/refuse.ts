/** What the codes of host functions mean. */
const REASONS: Readonly<Record<number, string>> = {
  [-1]: 'it does not exist',
  [-2]: 'it is wrong',
  [-3]: 'it is not permitted',
  [-4]: 'it is beyond a limit',
  [-5]: 'it failed',
  [-6]: 'the call is over',
};

/** Throws the error for a code of a host function. */
export function refuse(what: string, key: unknown, code: number): never {
  throw new Error(`Cannot ${what} "${String(key)}": ${REASONS[code] ?? `code ${code}`}`);
}

/** What a guest's function gave: bytes in its memory, valid until it runs again, or its error code. */
export type GuestResult =
  | { readonly ok: true; readonly bytes: Uint8Array; readonly release: () => void }
  | { readonly ok: false; readonly code: number };

/**
 * A way through guest code: yields what each function that may wait gave, and wants it back, settled if it was a promise.
 * The same steps serve guests that run through and guests that are suspended.
 */
export type Steps<T> = Generator<unknown, T, unknown>;

/** Takes all steps at once. */
export function runNow<T>(steps: Steps<T>): T {
  let step = steps.next();
  while (step.done !== true) step = steps.next(step.value);
  return step.value;
}

/** Takes all steps, waiting at each. */
export async function runWaiting<T>(steps: Steps<T>): Promise<T> {
  let step = steps.next();
  while (step.done !== true) step = steps.next(await step.value);
  return step.value;
}

/**
 * One of the contract's two signatures: how bytes get into the guest and out of it.
 *
 * Every method runs guest code, so it may throw whatever a trap throws, and `CallError` for a
 * pointer, length or type that breaks the contract.
 */
export interface Protocol {
  readMetadata(): GuestResult;
  /** @returns 0, or an error code. */
  init(config: Uint8Array): Steps<number>;
  execute(input: Uint8Array): Steps<GuestResult>;
  /** Only where the guest exports `plugin_execute_batch`. */
  executeBatch(inputs: Uint8Array): Steps<GuestResult>;
}

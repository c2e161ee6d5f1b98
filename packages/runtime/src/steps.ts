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

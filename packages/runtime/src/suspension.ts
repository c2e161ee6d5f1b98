/** A guest's function as JavaScript sees it; its results are checked where they are used. */
export type GuestFunction = (...args: (number | bigint)[]) => unknown;

/** What JavaScript Promise Integration adds to `WebAssembly`; TypeScript does not know it yet. */
interface PromiseIntegration {
  readonly Suspending?: new (run: (...args: never[]) => unknown) => object;
  readonly promising?: (run: GuestFunction) => GuestFunction;
}

const { Suspending, promising: engine } = WebAssembly as PromiseIntegration;

/**
 * True where the engine can suspend a guest while a host function waits (JSPI): Node 24 and newer, Chromium, Deno, Bun.
 *
 * @see https://github.com/WebAssembly/js-promise-integration
 */
export const canSuspend: boolean = Suspending !== undefined && engine !== undefined;

/** An import that suspends the guest while the returned promise is pending. Only if {@link canSuspend}. */
export function suspending(run: (...args: never[]) => unknown): object {
  if (Suspending === undefined) throw new TypeError('Cannot suspend: the engine has no JSPI');
  return new Suspending(run);
}

/** An export that returns a promise, and during which imports may suspend. Only if {@link canSuspend}. */
export function promising(run: GuestFunction): GuestFunction {
  if (engine === undefined) throw new TypeError('Cannot wait: the engine has no JSPI');
  return engine(run);
}

// Globals of Node, for the bundle that runs in browsers; see the build of this package.
// oxlint-disable-next-line unicorn/prefer-node-protocol -- the package of this name, for browsers
export { Buffer } from 'buffer';

/** There is no environment to read, and no other runtime to distinguish from Node. */
export const process = {
  env: {},
  versions: {},
  // oxlint-disable-next-line no-console -- where a browser shows warnings
  emitWarning: (warning: unknown): void => console.warn(warning),
};

const waiting: (() => void)[] = [];
let turns: MessagePort | undefined;

/** Runs a function after the browser's pending work: from the fifth on, a timer of 0 ms would wait 4 ms. */
export function setImmediate(run: () => void): void {
  if (turns === undefined) {
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener('message', () => waiting.shift()?.());
    port1.start();
    turns = port2;
  }
  waiting.push(run);
  // A port has no origin.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  turns.postMessage(undefined);
}

/** A timer as in Node: an object. Nothing here keeps a page alive. */
export function setTimeout(run: () => void, delayMs?: number): object {
  const timer = Object(globalThis.setTimeout(run, delayMs)) as object;
  const same = (): object => timer;
  return Object.assign(timer, { ref: same, unref: same });
}

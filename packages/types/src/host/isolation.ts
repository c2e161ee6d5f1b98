/** What a host gives to a runner that starts, and hears from it. */
export interface RunnerStart {
  /** What the guest's memory may grow to, in bytes. The runner's own code needs about 100 MiB more. */
  readonly maxMemoryBytes: number;
  /**
   * Hands over one message as it came. Anything may come: the host checks it, and kills a runner that sends what none of
   * ours sends. `undefined` stands for what could not be read as a message.
   */
  readonly onMessage: (message: unknown) => void;
  /** The runner is gone, or could not be started. Only the first time counts. @param reason Why, in words for an error. */
  readonly onExit: (reason: string) => void;
}

/** A host's end of the link to a runner: a thread, a process or whatever else runs guests. */
export interface RunnerLink {
  /**
   * Sends one message, in the order of sending; may be called before the runner is up. It holds texts, numbers, lists, plain
   * objects and `Uint8Array`, which must arrive as what they are: by structured clone, or by `encodeFrame`.
   */
  send(message: object): void;
  /** Ends it at once, whatever it does. Killing twice does nothing. */
  kill(): void;
  /**
   * Asks the running call to stop, or takes that back, while its guest computes: what `isCancelled` of the runner's side then
   * tells. Left out, a call that is cancelled costs the runner.
   */
  requestStop?(stop: boolean): void;
  /** Keeps this process alive while a call runs, and only then. @default nothing */
  setBusy?(busy: boolean): void;
  /** Milliseconds from asking a call to stop, or from its deadline, until the runner is killed. @default 100 */
  readonly graceMs?: number;
}

/**
 * A place of the host's own where guests run: another kind of thread, a container, a remote machine.
 *
 * Each runner serves one plugin; it is started when calls need it, ended when it is idle, and replaced when it dies. Limits, errors,
 * permissions and host functions are those of the isolations that are built in. What the place itself keeps a guest from is its own.
 *
 * @see `@testbench/manager/runner` for the runner's side.
 */
export interface CustomIsolation {
  /** What `info` says: lower-case letters, digits and hyphens, beginning with a letter, at most 64. */
  readonly name: string;
  /**
   * Starts a runner, which may take longer than this call: what is sent meanwhile must arrive.
   *
   * Should it throw, the call fails with `CALL_START_FAILED`, or the load with `LOAD_START_FAILED`.
   */
  start(runner: RunnerStart): RunnerLink;
}

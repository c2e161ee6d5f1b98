/** What a host passes to a starting runner, and the callbacks for its messages and its end. */
export interface RunnerStart {
  /** The size to which the guest's memory may grow, in bytes. The runner's own code needs about 100 MiB more. */
  readonly maxMemoryBytes: number;
  /**
   * Passes on one message as it arrived. It may be anything: the host checks it, and kills a runner that sends something that none of
   * ours sends. `undefined` stands for data that could not be read as a message.
   */
  readonly onMessage: (message: unknown) => void;
  /** The runner is gone, or could not be started. Only the first call counts. @param reason Why, worded for an error. */
  readonly onExit: (reason: string) => void;
}

/** A host's end of the link to a runner: a thread, a process or anything else that runs guests. */
export interface RunnerLink {
  /**
   * Sends one message, in the order of sending; may be called before the runner is up. It contains texts, numbers, lists, plain
   * objects and `Uint8Array`, whose types must survive the transfer: use structured clone or `encodeFrame`.
   */
  send(message: object): void;
  /** Ends the runner at once, whatever it is doing. Killing it again does nothing. */
  kill(): void;
  /**
   * Asks the running call to stop, or withdraws that, while its guest computes: `isCancelled` on the runner's side then reports
   * it. Without this method, cancelling a call costs the runner.
   */
  requestStop?(stop: boolean): void;
  /** Keeps this process alive while a call runs, and only then. @default nothing */
  setBusy?(busy: boolean): void;
  /** Milliseconds from asking a call to stop, or from its deadline, until the runner is killed. @default 100 */
  readonly graceMs?: number;
}

/**
 * A custom place where guests run: another kind of thread, a container, a remote machine.
 *
 * Each runner serves one plugin; it is started when calls need it, ended when it is idle, and replaced when it dies. Limits, errors,
 * permissions and host functions work as in the built-in isolations. How well the place itself confines a guest is up to the place.
 *
 * @see `@testbench/manager/runner` for the runner's side.
 */
export interface CustomIsolation {
  /** The name that `info` reports: lower-case letters, digits and hyphens, beginning with a letter, at most 64 characters. */
  readonly name: string;
  /**
   * Starts a runner, which may take longer than this call: messages sent meanwhile must arrive.
   *
   * If it throws, the call fails with `CALL_START_FAILED`, or the load with `LOAD_START_FAILED`.
   */
  start(runner: RunnerStart): RunnerLink;
}

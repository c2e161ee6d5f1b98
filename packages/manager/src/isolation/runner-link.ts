import type { RunnerCommand } from '../runner/messages.js';

/** A host's end of the link to a runner: a thread or a child process. */
export interface RunnerLink {
  /** Milliseconds from asking a running call to stop until the runner is killed. */
  readonly graceMs: number;
  /** True if a guest that computes can be asked to stop. */
  readonly canStop: boolean;
  send(command: RunnerCommand): void;
  /** Asks the running call to stop, where that is possible; false ends the request. */
  requestStop(stop: boolean): void;
  /** Keeps the process alive while a call runs, and only then. */
  setBusy(busy: boolean): void;
  /** Ends it at once; `onExit` follows. Killing twice does nothing. */
  kill(): void;
}

/** What a runner's link tells the host. */
export interface RunnerLinkEvents {
  readonly onMessage: (message: unknown) => void;
  /** Called once, when the thread or process is gone. @param reason Why, in words. */
  readonly onExit: (reason: string) => void;
}

/** Starts a runner. */
export type StartRunner = (events: RunnerLinkEvents) => RunnerLink;

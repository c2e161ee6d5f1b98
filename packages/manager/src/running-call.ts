import type { HostCallReport } from '@testbench/types/abi';

import { CallError } from '@testbench/types/errors';

import type { CallControls } from './isolation/executor.js';
import { MAX_ASKING_CALLS } from './limits.js';
import type { PluginVersion } from './load/plugin-version.js';
import type { Semaphore } from './semaphore.js';

const NO_ATTACHMENTS: NonNullable<CallControls['attachments']> = [];

type Report = Omit<HostCallReport, 'failure'>;

let callCount = 0;
/** Number of calls that wait for answers and hold no place. */
let askingCount = 0;

/** One call from its turn to its end: its limits, and what is known about it. It is passed to its executor as the options. */
export class RunningCall implements CallControls {
  /** Unique in this process. */
  readonly number = (callCount += 1);
  readonly timeoutMs: number | undefined;
  readonly maxFuel: number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly onChunk: CallControls['onChunk'];
  readonly answerAsks: CallControls['answerAsks'];
  readonly alone: boolean | undefined;
  readonly attachments: CallControls['attachments'];
  report: Report | undefined;
  onCrash: (() => boolean) | undefined;
  onRecovery: (() => void) | undefined;
  #startMs = performance.now();

  constructor(
    readonly version: PluginVersion,
    options: CallControls,
    /** The plugin's random stream that it draws from, if random numbers are reproducible. */
    readonly randomStream: number,
    readonly requestId: string | undefined,
    /** Time until it got its turn, in milliseconds. */
    public queueTimeMs: number,
    /** Where it holds its place, and under which id. Undefined for an input of a batch, which shares a place with the others. */
    readonly places: { readonly semaphore: Semaphore; readonly id: string } | undefined,
  ) {
    this.timeoutMs = options.timeoutMs;
    this.maxFuel = options.maxFuel;
    this.signal = options.signal;
    this.onChunk = options.onChunk;
    this.answerAsks = options.answerAsks;
    this.alone = options.alone;
    // The one place where it is decided who reads attachments.
    this.attachments = version.metadata.capabilities.includes('multi_modal_evaluation')
      ? (options.attachments ?? NO_ATTACHMENTS)
      : undefined;
  }

  /** Time from its turn until now, in milliseconds. */
  get runTimeMs(): number {
    return performance.now() - this.#startMs;
  }

  /** Called when it has a thread or process: the wait for it counts as queueing. */
  onTurn(): void {
    const now = performance.now();
    this.queueTimeMs += now - this.#startMs;
    this.#startMs = now;
  }

  /** Releases its place while `work` waits for a server and computes nothing. */
  async aside<T>(work: () => Promise<T>): Promise<T> {
    if (askingCount >= MAX_ASKING_CALLS) {
      throw new CallError(
        'CALL_CONCURRENCY_EXCEEDED',
        `Cannot finish call: ${askingCount} calls wait for answers already`,
      );
    }
    const { places } = this;
    askingCount += 1;
    places?.semaphore.leave(places.id);
    try {
      return await work();
    } finally {
      askingCount -= 1;
      await places?.semaphore.reenter(places.id, this.signal);
    }
  }

  /** Called more than once for a batch. */
  onReport(report: Report): void {
    this.report = this.report === undefined ? report : sum(this.report, report);
  }
}

function sum(left: Report, right: Report): Report {
  const callsByName = { ...left.callsByName };
  for (const [name, calls] of Object.entries(right.callsByName)) {
    callsByName[name] = (callsByName[name] ?? 0) + calls;
  }
  return { calls: left.calls + right.calls, denied: left.denied + right.denied, callsByName };
}

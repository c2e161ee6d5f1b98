import { CALL_LIMITS, COMPILE_TIMEOUT_MS, LOAD_TIMEOUT_MS, SILENCE_TIMEOUT_MS } from '../limits.js';
import type { RunRequest, RunRow, WorkerReply } from '../worker/messages.js';

export type Compiled = Extract<WorkerReply, { kind: 'compiled' }>;
type Failed = Extract<WorkerReply, { kind: 'failed' }>;

/** A plugin to compile and run. */
export interface Job {
  readonly files: Readonly<Record<string, string>>;
  readonly data: readonly unknown[];
  readonly isRelease?: boolean;
}

/** The result of a job. */
export type Outcome =
  | { readonly kind: 'done'; readonly compiled: Compiled; readonly runMs: number }
  | { readonly kind: 'failed'; readonly failed: Failed }
  /** The worker was terminated, because it took too long or because the user asked for it. */
  | { readonly kind: 'ended'; readonly message: string };

/** Callbacks for the progress of a job. */
export interface JobListener {
  onCompiled?(compiled: Compiled): void;
  onRows?(rows: readonly RunRow[]): void;
}

/** Compiles and runs plugins in a worker, one job after another; a worker that hangs is terminated, and the next job gets a fresh one. */
export class Workbench {
  readonly #makeWorker: () => Worker;
  #worker: { readonly port: Worker; readonly ready: Promise<void> } | undefined;
  #running: { end(message: string): void } | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #lastId = 0;

  /** @param makeWorker Starts a worker from `author-worker.js`. */
  constructor(makeWorker: () => Worker) {
    this.#makeWorker = makeWorker;
  }

  /** Loads the compiler before it is needed. */
  warmUp(): void {
    void this.#start().ready.catch(() => this.#drop());
  }

  /** Never rejects. */
  run(job: Job, listener: JobListener = {}): Promise<Outcome> {
    const outcome = this.#queue.then(() => this.#perform(job, listener));
    this.#queue = outcome;
    return outcome;
  }

  /** Ends the current job. */
  stop(): void {
    this.#running?.end('It was stopped');
  }

  #start(): { readonly port: Worker; readonly ready: Promise<void> } {
    if (this.#worker !== undefined) return this.#worker;
    const port = this.#makeWorker();
    const ready = new Promise<void>((resolve, reject) => {
      port.addEventListener('message', () => resolve(), { once: true });
      port.addEventListener('error', () => reject(new Error('The compiler did not load')), {
        once: true,
      });
    });
    this.#worker = { port, ready };
    return this.#worker;
  }

  #drop(): void {
    this.#worker?.port.terminate();
    this.#worker = undefined;
  }

  async #perform(job: Job, listener: JobListener): Promise<Outcome> {
    const { port, ready } = this.#start();
    this.#lastId += 1;
    const request: RunRequest = {
      config: {},
      limits: CALL_LIMITS,
      isRelease: false,
      ...job,
      id: this.#lastId,
    };
    return await new Promise<Outcome>((resolve) => {
      const watch = new Watch((message) => this.#running?.end(message));
      const finish = (outcome: Outcome): void => {
        watch.stop();
        port.removeEventListener('message', hear);
        this.#running = undefined;
        resolve(outcome);
      };
      let compiled: Compiled | undefined;
      const hear = ({ data }: MessageEvent<WorkerReply>): void => {
        if (!('id' in data) || data.id !== request.id) return;
        if (data.kind === 'failed') return finish({ kind: 'failed', failed: data });
        watch.set(SILENCE_TIMEOUT_MS, 'The plugin did not stop at its limits');
        if (data.kind === 'compiled') {
          compiled = data;
          listener.onCompiled?.(data);
        } else if (data.kind === 'rows') listener.onRows?.(data.rows);
        else if (compiled !== undefined) finish({ kind: 'done', compiled, runMs: data.runMs });
      };
      this.#running = {
        end: (message) => {
          this.#drop();
          finish({ kind: 'ended', message });
        },
      };
      port.addEventListener('message', hear);
      watch.set(LOAD_TIMEOUT_MS, 'The compiler did not load in time');
      ready.then(
        () => {
          if (this.#running === undefined) return undefined;
          watch.set(COMPILE_TIMEOUT_MS, 'The compiler took too long');
          return port.postMessage(request);
        },
        (error: Error) => this.#running?.end(error.message),
      );
    });
  }
}

/** A timer that is set repeatedly. */
class Watch {
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #ring: (message: string) => void;

  constructor(ring: (message: string) => void) {
    this.#ring = ring;
  }

  set(delayMs: number, message: string): void {
    this.stop();
    this.#timer = setTimeout(() => this.#ring(message), delayMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

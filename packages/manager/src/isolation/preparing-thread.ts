import { Worker } from 'node:worker_threads';

import { LoadError } from '@testbench/types/errors';

import { PREPARING_HEAP_MB } from '../limits.js';
import type { PrepareCommand, PrepareReply } from '../runner/prepare-module.js';
import { runnerEntry } from './runner-entry.js';

/** A worker thread that reads modules, one at a time, and does not run them. */
export class PreparingThread {
  readonly #worker: Worker;
  #settle:
    | {
        readonly resolve: (reply: PrepareReply) => void;
        readonly reject: (error: LoadError) => void;
      }
    | undefined;
  #verdict: LoadError | undefined;
  #dead = false;

  constructor() {
    this.#worker = new Worker(runnerEntry('prepare-main'), {
      env: {},
      argv: [],
      execArgv: [],
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: PREPARING_HEAP_MB },
    });
    this.#worker.on('message', (reply: PrepareReply) => {
      this.#settle?.resolve(reply);
    });
    // Without a listener, an error of the thread would end the whole process (row 95 of the attack catalogue).
    this.#worker.on('error', (error) => {
      this.#die(error instanceof Error ? error.message : String(error));
    });
    this.#worker.on('messageerror', (error) => {
      this.#die(error.message);
      void this.#worker.terminate();
    });
    this.#worker.on('exit', (code) => this.#die(`it ended with code ${code}`));
    this.#worker.unref();
  }

  /** True once it can take no more commands. */
  get dead(): boolean {
    return this.#dead;
  }

  /**
   * Sends a command and waits for its reply; the bytes are transferred to the thread.
   *
   * @throws {LoadError} `LOAD_CRASHED` if the thread dies; `LOAD_SHUT_DOWN` if it is ended.
   */
  async ask(command: PrepareCommand): Promise<PrepareReply> {
    this.#worker.ref();
    try {
      return await new Promise((resolve, reject) => {
        this.#settle = { resolve, reject };
        if (this.#verdict === undefined) this.#worker.postMessage(command, [command.bytes.buffer]);
        else reject(this.#verdict);
      });
    } finally {
      this.#settle = undefined;
      this.#worker.unref();
    }
  }

  /** Ends the thread; a running command fails with `LOAD_SHUT_DOWN`. */
  end(): void {
    this.#fail(new LoadError('LOAD_SHUT_DOWN', 'Cannot load plugin: closed'));
    void this.#worker.terminate();
  }

  #die(reason: string): void {
    this.#fail(
      new LoadError(
        'LOAD_CRASHED',
        `Cannot load plugin: the thread that reads modules died (${reason})`,
      ),
    );
  }

  #fail(error: LoadError): void {
    this.#dead = true;
    this.#verdict ??= error;
    this.#settle?.reject(this.#verdict);
  }
}

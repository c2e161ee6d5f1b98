import { prepare, type PrepareCommand, type PrepareReply } from '../runner/prepare-module.js';

/** Stands in for the thread that reads large modules: in a browser the caller's thread does. */
export class PreparingThread {
  readonly dead = false;

  /** Carries a command out at once; what is wrong with a module is in the reply. */
  async ask(command: PrepareCommand): Promise<PrepareReply> {
    return prepare(command);
  }

  end(): void {}
}

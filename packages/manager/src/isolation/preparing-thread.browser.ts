import { prepare, type PrepareCommand, type PrepareReply } from '../runner/prepare-module.js';

/** Replaces the thread that reads large modules: in a browser, the caller's thread reads them. */
export class PreparingThread {
  readonly dead = false;

  /** Carries out a command at once; problems with a module are reported in the reply. */
  async ask(command: PrepareCommand): Promise<PrepareReply> {
    return prepare(command);
  }

  end(): void {}
}

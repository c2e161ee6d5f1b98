import { createInterface } from 'node:readline/promises';

import type { Prompt } from './ask-choices.js';
import { ScaffoldError } from './scaffold-error.js';

/** A terminal that can be asked. */
export interface OpenedPrompt {
  /** @throws {ScaffoldError} `SCAFFOLD_CANCELLED` at Ctrl-C, Ctrl-D, or when the signal fires. */
  readonly prompt: Prompt;
  close(): void;
}

/**
 * Opens the terminal of this process for questions.
 *
 * @param signal Ends the waiting for an answer.
 * @returns Nothing if nobody sits before it.
 */
export function openPrompt(signal?: AbortSignal): OpenedPrompt | undefined {
  const { stdin, stdout } = process;
  if (!stdin.isTTY || !stdout.isTTY) return undefined;
  const readline = createInterface({ input: stdin, output: stdout });
  return {
    close: () => readline.close(),
    prompt: (question) =>
      new Promise((resolve, reject) => {
        const cancel = (): void =>
          reject(
            new ScaffoldError('SCAFFOLD_CANCELLED', 'Cannot create a plugin: it was cancelled'),
          );
        // Without this Ctrl-D leaves a question that nobody will ever answer.
        readline.once('close', cancel);
        readline
          .question(question, signal === undefined ? {} : { signal })
          .then(resolve, cancel)
          .finally(() => readline.off('close', cancel));
      }),
  };
}

import type { Prompt } from './ask-choices.js';
import { ScaffoldError } from './scaffold-error.js';

/**
 * Opens the terminal of this process for questions.
 *
 * @param signal Stops waiting for an answer.
 * @returns Nothing if standard input or output is not a terminal. Its questions throw a {@link ScaffoldError} with
 *   `SCAFFOLD_CANCELLED` on Ctrl-C, on Escape, or when the signal fires.
 */
export function openPrompt(signal?: AbortSignal): Prompt | undefined {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return undefined;
  const common = signal === undefined ? {} : { signal };
  return {
    text: async (message) => {
      const { text, isCancel } = await import('@clack/prompts');
      const answer = await text({
        message,
        ...common,
        validate: (value) =>
          value === undefined || value.trim() === '' ? 'A name is needed' : undefined,
      });
      if (isCancel(answer)) throw cancelled();
      return answer;
    },
    select: async (message, values) => {
      const { select, isCancel } = await import('@clack/prompts');
      const options = values.map((value) => ({ value }));
      const answer = await select({ message, options, ...common });
      if (isCancel(answer)) throw cancelled();
      return answer;
    },
  };
}

function cancelled(): ScaffoldError {
  return new ScaffoldError('SCAFFOLD_CANCELLED', 'Cannot create a plugin: it was cancelled');
}

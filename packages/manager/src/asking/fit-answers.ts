import { HostCode } from '@testbench/types/abi';
import { type AskAnswer, MAX_ANSWERS_BYTES } from '@testbench/types/asking';

import { refusal } from './ask-host.js';

/**
 * Replaces answers that do not fit into the plugin's next input with an error, so that the plugin can still use the others.
 *
 * @param room In bytes of JSON; it is assumed that one error per answer always fits.
 */
export function fitAnswers(answers: readonly AskAnswer[], room: number): readonly AskAnswer[] {
  let left = Math.min(room, MAX_ANSWERS_BYTES);
  return answers.map((answer) => {
    const bytes = Buffer.byteLength(JSON.stringify(answer)) + 1;
    if (bytes <= left) {
      left -= bytes;
      return answer;
    }
    return refusal(
      HostCode.limitExceeded,
      `the answer has ${bytes} bytes, and there is room for ${Math.max(0, left)}`,
    );
  });
}

import { HostCode } from '@testbench/types/abi';
import { type AskAnswer, MAX_ANSWERS_BYTES } from '@testbench/types/asking';

import { refusal } from './ask-host.js';

/**
 * Leaves out answers that find no room in what the plugin is called with: in their place stands an error, so that the others are of use.
 *
 * @param room In bytes of JSON; that of one error an answer is taken for granted.
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

import type { ProtocolAnswer, ProtocolSteps } from '@testbench/types/abi';

/** Takes all steps at once, where the answer is not there already. */
export function takeNow<T>(answer: ProtocolAnswer<T>): T {
  if (!isSteps(answer)) return answer;
  let step = answer.next();
  while (step.done !== true) step = answer.next(step.value);
  return step.value;
}

/** Takes all steps, waiting at each. */
export async function takeWaiting<T>(answer: ProtocolAnswer<T>): Promise<T> {
  if (!isSteps(answer)) return answer;
  let step = answer.next();
  while (step.done !== true) step = answer.next(await step.value);
  return step.value;
}

/** Nothing that is read has a method `next`: what is read is metadata, an output or bytes. */
export function isSteps<T>(answer: ProtocolAnswer<T>): answer is ProtocolSteps<T> {
  return (
    typeof answer === 'object' &&
    answer !== null &&
    typeof (answer as Partial<ProtocolSteps<T>>).next === 'function'
  );
}

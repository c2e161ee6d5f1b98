import type { ProtocolAnswer, ProtocolSteps } from '@testbench/types/abi';

/** Takes all steps synchronously, unless the answer is already there. */
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

/** An answer never has a method `next`: it is metadata, an output or bytes. */
export function isSteps<T>(answer: ProtocolAnswer<T>): answer is ProtocolSteps<T> {
  return (
    typeof answer === 'object' &&
    answer !== null &&
    typeof (answer as Partial<ProtocolSteps<T>>).next === 'function'
  );
}

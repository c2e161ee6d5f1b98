interface Numbers {
  readonly values?: readonly number[];
}

function third(numbers: Numbers): number {
  return numbers.values![2]!; // at: throw
}

export const type = 'custom';

export function run(data: unknown): unknown {
  if (data === 'throw') return third({}); // at: throw-caller
  if (data === 'fuel') for (;;);
  return null;
}

import type { RefusalCode } from '@testbench/types/stores';

/** A typed refusal on its way out; it never leaves the package. */
export class Refusal extends Error {
  constructor(
    readonly code: RefusalCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  override get name(): 'Refusal' {
    return 'Refusal';
  }
}

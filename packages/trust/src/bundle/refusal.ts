import type { RefusalCode } from '@testbench/types/stores';

/** A typed refusal as an internal exception; it never leaves the package. */
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

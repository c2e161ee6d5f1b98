/** Thrown for an input that makes no sense: the host reports it as such, and not as a mistake in the script. */
export class InvalidInputError extends Error {
  override readonly name = 'InvalidInputError';
}

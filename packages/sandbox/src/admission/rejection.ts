import { type AdmissionViolation, LoadError } from '@testbench/types/errors';

/** Creates the error that says why a module is not admitted. */
export function rejection(violations: readonly AdmissionViolation[]): LoadError {
  const onlyExports = violations.every(({ rule }) => rule === 'export');
  const [first] = violations;
  const more = violations.length > 1 ? ` (and ${violations.length - 1} more)` : '';
  return new LoadError(
    onlyExports ? 'LOAD_BAD_EXPORT' : 'LOAD_REJECTED',
    `Cannot admit module: ${first?.message}${more}`,
    { violations, offset: first?.offset },
  );
}

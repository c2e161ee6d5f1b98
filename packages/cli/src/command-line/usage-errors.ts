import { type ArgumentScannerError, formatMessageForArgumentScannerError } from '@stricli/core';

import { UsageError } from '../usage-error.js';
import { kebab } from './define-command.js';

/** A wrong command line, worded like all other errors: a {@link UsageError}, which the caller shows. */
export function usageErrorOf(error: unknown, command: string | undefined): UsageError {
  const inner = (error as { exception?: unknown }).exception;
  if (UsageError.is(inner)) return inner;
  if (UsageError.is(error)) return error;
  const message = formatMessageForArgumentScannerError(error as ArgumentScannerError, {
    FlagNotFoundError: ({ input, corrections }) =>
      `unknown option "--${input.replace(/^-*/, '')}"${suggest(corrections.map((flag) => `--${kebab(flag)}`))}`,
    AliasNotFoundError: ({ input }) => `unknown option "-${input}"`,
    UnsatisfiedFlagError: ({ externalFlagName: name }) => `--${name} is missing, or its value is`,
    UnexpectedPositionalError: ({ input }) => `unexpected argument ${JSON.stringify(input)}`,
    UnsatisfiedPositionalError: ({ placeholder }) => `<${placeholder}> is missing`,
    UnexpectedFlagError: ({ externalFlagName: name }) => `--${name} stands there twice`,
    InvalidNegatedFlagSyntaxError: ({ externalFlagName: name }) => `--${name} takes no value`,
  });
  return new UsageError(message, command);
}

/** The most similar existing name. */
export function suggest(corrections: readonly string[]): string {
  return corrections.length === 0
    ? ''
    : `, did you mean ${corrections.join(' or ').replaceAll('`', '')}?`;
}

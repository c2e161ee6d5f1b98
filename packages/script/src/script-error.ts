import { PluginError } from '@testbench/types/errors';

/** Why a script cannot be made into a plugin. */
export type ScriptErrorCode =
  | 'SCRIPT_FILE_FAILED'
  | 'SCRIPT_NO_LANGUAGE'
  | 'SCRIPT_COMPILE_FAILED'
  | 'SCRIPT_EVALUATE_FAILED'
  | 'SCRIPT_INVALID';

/** One mistake in a script. */
export interface ScriptProblem {
  /** Path relative to the script's folder. */
  readonly file: string;
  /** From 1; 0 if it is about the whole file. */
  readonly line: number;
  /** From 1; 0 if unknown. */
  readonly column: number;
  readonly message: string;
  /** The line itself. */
  readonly excerpt?: string;
}

/** A script that cannot be made into a plugin. */
export class ScriptError extends PluginError<ScriptErrorCode> {
  /** Every mistake found, the first one first. */
  readonly problems: readonly ScriptProblem[];

  constructor(
    code: ScriptErrorCode,
    message: string,
    problems: readonly ScriptProblem[] = [],
    options?: ErrorOptions,
  ) {
    super(code, message, options);
    this.problems = problems;
  }

  override get name(): 'ScriptError' {
    return 'ScriptError';
  }
}

/** Makes an error from several mistakes: its message has the first one, with its place. */
export function scriptError(
  code: ScriptErrorCode,
  script: string,
  problems: readonly ScriptProblem[],
  cause?: unknown,
): ScriptError {
  const [first] = problems;
  const others = problems.length > 1 ? `; and ${problems.length - 1} more` : '';
  const message = first === undefined ? 'it is wrong' : `${describePlace(first)}${first.message}`;
  return new ScriptError(
    code,
    `Cannot build ${JSON.stringify(script)}: ${message}${others}`,
    problems,
    cause === undefined ? undefined : { cause },
  );
}

/** `file:line:column: `, as far as known. */
export function describePlace({ file, line, column }: ScriptProblem): string {
  if (line === 0) return '';
  return `${file}:${line}${column === 0 ? '' : `:${column}`}: `;
}

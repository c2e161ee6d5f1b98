/**
 * A guest of Extism calls one of the host's own functions: the input of that function.
 *
 * Blocks are copied on their way: the function reads those whose offsets are among the arguments.
 */
export interface HostFunctionCall {
  /** The arguments in order: an i64 as a decimal string, any other as a number. */
  readonly values: readonly (string | number)[];
  /** Blocks by the index of the argument that holds their offset, in base64. */
  readonly blocks: Readonly<Record<string, string>>;
}

/** What such a function returns. */
export interface HostFunctionAnswer {
  /** The result: an i64 as a decimal string, any other as a number. @default none */
  readonly value?: string | number;
  /** A block in base64, whose offset is the result. */
  readonly block?: string;
  /** Sets the error of the guest's call. */
  readonly error?: string;
}

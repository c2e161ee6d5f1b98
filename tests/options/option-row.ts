type Options = Readonly<Record<string, unknown>>;

/** The functions that take an options type, and the messages about its keys. */
export interface OptionRow {
  /** Prefix of the options in the path of an error, with a dot at the end. @default at the root */
  readonly prefix?: string;
  /** The required options. @default {} */
  readonly base?: Options;
  readonly calls: Readonly<Record<string, (options: never) => unknown>>;
  /** Keys that may have any value, or whose errors report something other than the path of the key; with the reason. */
  readonly others?: Readonly<Record<string, string>>;
}

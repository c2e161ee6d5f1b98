/** One thing that a platform had to show. */
export interface Finding {
  readonly check: string;
  /** The observed value; must be the same everywhere. */
  readonly value: string;
  readonly ok: boolean;
  /** True for values in which platforms may differ. */
  readonly varies?: boolean;
}

/** Modules for the scenarios, in base64: no platform needs a way to read files. */
export interface Inputs {
  readonly guest: string;
  readonly plugin: string;
  readonly waiting: string;
}

/** Precedes the findings in a platform's output. */
export const MARK = '@@findings ';

/** One thing that a platform was asked to show. */
export interface Finding {
  readonly check: string;
  /** What was seen; must be the same everywhere. */
  readonly value: string;
  readonly ok: boolean;
  /** True for what platforms may differ in. */
  readonly varies?: boolean;
}

/** Modules for the scenarios, in base64: no platform needs a way to read files. */
export interface Inputs {
  readonly guest: string;
  readonly plugin: string;
  readonly waiting: string;
}

/** Before the findings, in what a platform prints. */
export const MARK = '@@findings ';

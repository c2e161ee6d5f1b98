/** The folder that a studio is about. */
export interface Project {
  /** Absolute and without links. */
  readonly folder: string;
}

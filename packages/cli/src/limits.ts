/** Where runs go, if neither configuration nor command line says. */
export const DEFAULT_OUTPUT_DIR = 'runs';
/** Causes of failures that are shown at once: what is read without scrolling. */
export const SHOWN_CAUSES = 20;
/** Of a text of a row in a terminal; `--json` has the whole. */
export const SHOWN_TEXT_CHARACTERS = 2_000;
/** Between two lines of progress where there is no terminal: a log of a run of an hour stays a page or two. */
export const PROGRESS_LINE_MS = 30_000;
/** Changed records that a comparison shows in each direction; `--flips` shows more, `--json` all. */
export const SHOWN_FLIPS = 10;
/** Where a baseline goes, if the command line does not say. */
export const DEFAULT_BASELINE = 'baseline.json';

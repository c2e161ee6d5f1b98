/** Default folder of runs. */
export const DEFAULT_OUTPUT_DIR = 'runs';
/** Number of failure causes shown: as many as fit without scrolling. */
export const SHOWN_CAUSES = 20;
/** Maximum length of a row's text in a terminal; `--json` has the whole text. */
export const SHOWN_TEXT_CHARACTERS = 2_000;
/** Interval of progress lines without a terminal: the log of an hour stays within two pages. */
export const PROGRESS_LINE_MS = 30_000;
/** Changed records that a comparison shows in each direction; `--flips` shows more, `--json` all. */
export const SHOWN_FLIPS = 10;
/** Default file of a baseline. */
export const DEFAULT_BASELINE = 'baseline.json';

/** Caps of reports, each with its reason. */

/** Records that a page shows: with 50,000 it is a file of 15 MB, which opens in half a second. Beyond, they are sampled. */
export const MAX_PAGE_RECORDS = 50_000;
/** Rows of a page: 50,000 records of five models. Beyond, records are sampled too. */
export const MAX_PAGE_ROWS = 250_000;
/** Texts of a page in UTF-16 units, before compression: a tab of a browser holds a few times as much. */
export const MAX_PAGE_CHARACTERS = 400_000_000;
/** Of one text of a page: more is not read, and would only be in the way of a search. */
export const MAX_PAGE_TEXT_CHARACTERS = 200_000;
/** Rows of a block: small enough to be decompressed while scrolling, large enough that equal texts are stored once. */
export const BLOCK_ROWS = 2_000;

/** Of a comment on a pull request: GitHub takes 65,536 characters, and what calls us may add some. */
export const MAX_MARKDOWN_CHARACTERS = 60_000;
/** Lines of a table in Markdown; a pull request is read, not searched. */
export const MAX_MARKDOWN_LINES = 50;
/** Of a name or message in a table. */
export const MAX_CELL_CHARACTERS = 200;
/** Of a text in JUnit: a server for builds shows it in a list. */
export const MAX_JUNIT_TEXT_CHARACTERS = 2_000;

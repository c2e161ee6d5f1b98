/** Caps of reports, each with its reason. */

/** Records that a page shows: with 50,000 it is a file of 15 MB, which opens in half a second. If there are more, they are sampled. */
export const MAX_PAGE_RECORDS = 50_000;
/** Rows of a page: 50,000 records of five models. If there are more, records are sampled too. */
export const MAX_PAGE_ROWS = 250_000;
/** Texts of a page in UTF-16 units, before compression: a browser tab can hold a few times as much. */
export const MAX_PAGE_CHARACTERS = 400_000_000;
/** Length of one text of a page: longer texts are not read to the end, and would only slow down searches. */
export const MAX_PAGE_TEXT_CHARACTERS = 200_000;
/** Rows of a block: few enough to be decompressed while scrolling, and enough that equal texts are stored once. */
export const BLOCK_ROWS = 2_000;

/** Length of a comment on a pull request: GitHub accepts 65,536 characters, and the calling program may add some. */
export const MAX_MARKDOWN_CHARACTERS = 60_000;
/** Lines of a table in Markdown; a pull request is read, not searched. */
export const MAX_MARKDOWN_LINES = 50;
/** Length of a name or message in a table. */
export const MAX_CELL_CHARACTERS = 200;
/** Length of a text in JUnit: a CI server shows it in a list. */
export const MAX_JUNIT_TEXT_CHARACTERS = 2_000;
/** Images on one page, in bytes before base64: a page of this size opens at once, and can be mailed. */
export const MAX_PAGE_IMAGES_BYTES = 16 * 1024 * 1024;

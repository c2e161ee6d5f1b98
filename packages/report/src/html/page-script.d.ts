/** Built from `src/page`: the script and the styles of the page, as texts. */
export const PAGE_SCRIPT: string;
export const PAGE_STYLES: string;

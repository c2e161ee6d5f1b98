/** The same script with the runtime of plugins. */
export const PAGE_SCRIPT: string;

/** The same script with the plugin runtime. */
export const PAGE_SCRIPT: string;

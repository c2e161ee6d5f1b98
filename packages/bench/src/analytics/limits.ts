/** Error codes that are kept apart for a plugin; those behind count as `other`. Ours are some forty, and a stored row may hold any text. */
export const MAX_ERROR_CODES = 100;

/** Error codes kept apart for a plugin; further ones count as `other`. There are about forty of our own, and a stored row may hold any text. */
export const MAX_ERROR_CODES = 100;

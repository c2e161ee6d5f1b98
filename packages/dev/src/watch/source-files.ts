/** Extensions of files whose creation or removal may change what imports resolve to. */
export const SOURCES: ReadonlySet<string> = new Set(
  '.ts .mts .js .mjs .cjs .py .rs .c .h .json .toml .txt .md .csv'.split(' '),
);

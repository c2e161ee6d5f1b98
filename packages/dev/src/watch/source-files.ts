/** Endings of files whose coming or going may change what imports lead to. */
export const SOURCES: ReadonlySet<string> = new Set(
  '.ts .mts .js .mjs .cjs .py .rs .c .h .json .toml .txt .md .csv'.split(' '),
);

/** 0 and 1 unchanged, others with three digits. */
export function formatScore(score: number | null): string {
  if (score === null) return '–';
  return Number.isInteger(score) ? String(score) : score.toFixed(3);
}

export function formatMs(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return '–';
  if (ms < 1) return `${ms.toFixed(2)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return ms < 60_000 ? `${(ms / 1000).toFixed(2)} s` : `${(ms / 60_000).toFixed(1)} min`;
}

/** In the currency of the price table, which has no name. */
export function formatCost(cost: number | null | undefined): string {
  if (cost === null || cost === undefined) return '–';
  return String(Number(cost.toPrecision(3)));
}

/** A fixed number of digits of a digest: enough to distinguish two. */
export function shortDigest(digest: string): string {
  return digest.replace(/^sha256:/, '').slice(0, 12);
}

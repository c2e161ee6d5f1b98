/** Maximum number of shards that a run is cut into manually: that many folders are merged at once, and a data set has up to 100 million records. */
export const MAX_SHARDS = 100_000;
/** Maximum number of denials that a shard keeps for the hints of the merged summary: the first of each stage, and a run has a few dozen stages. */
export const MAX_DENIALS = 1000;

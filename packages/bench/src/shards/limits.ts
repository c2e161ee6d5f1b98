/** Shards that a run is cut into by hand: as many folders are merged at once, and a data set has 100 million records. */
export const MAX_SHARDS = 100_000;
/** Denials that a shard keeps for the hints of the merged summary: the first of each stage, of which a run has some dozens. */
export const MAX_DENIALS = 1000;

/** Column of a data set that says which records belong together, unless another is named. */
export const CLUSTER_COLUMN = 'cluster';

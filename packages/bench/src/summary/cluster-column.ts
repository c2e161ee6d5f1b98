/** Default column of a data set that says which records belong together. */
export const CLUSTER_COLUMN = 'cluster';

/** Default number of sampled cases: a share is then known to 3 points, in a second or two. */
export const SAMPLE_CASES = 1000;
/** Bytes of a prompt for a token where no answer says better: English text has about four characters a token, other scripts fewer. */
export const BYTES_A_TOKEN = 4;
/** Rows whose usage is read, of those that are there: more would not make the mean much better. */
export const USAGE_ROWS = 5000;

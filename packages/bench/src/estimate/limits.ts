/** Default number of sampled cases: a share is then known to within 3 points, in a second or two. */
export const SAMPLE_CASES = 1000;
/** Bytes of a prompt per token, unless an answer gives a better value: English text has about four characters a token, other scripts fewer. */
export const BYTES_A_TOKEN = 4;
/** Existing rows whose usage is read: more would not make the mean much better. */
export const USAGE_ROWS = 5000;

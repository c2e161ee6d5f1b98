/** Limits of the data of judges and tools in a row, each with its reason. */

/** Judgements of one case: the maximum of `llm-judge`. */
export const MAX_JUDGEMENTS = 64;
/** UTF-16 units of all their texts together: 64 replies of 32,768 and their reasons fit, and no row becomes longer than a plugin's output may be. */
export const MAX_JUDGEMENT_CHARACTERS = 4 * 1024 * 1024;
/** UTF-16 units of a judge's name: the longest known model names have 100. */
export const MAX_JUDGE_NAME_CHARACTERS = 256;
/** Bytes of a file of labels: room for half a million labels. */
export const MAX_LABEL_BYTES = 64 * 1024 * 1024;
/** Different labels up to which kappa is computed: its table grows with their square, and people use a handful. */
export const MAX_LABEL_CLASSES = 100;

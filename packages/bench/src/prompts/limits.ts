/** Limits of prompts, each with its reason. */

/** Characters of a rendered prompt: the longest input of a call by default, in bytes. */
export const MAX_PROMPT_CHARACTERS = 8 * 1024 * 1024;
/** Bytes of a file with a prompt: a novel and more. */
export const MAX_PROMPT_FILE_BYTES = 4 * 1024 * 1024;
/** Tags of a template: the parser takes 0.7 s for this many nested blocks, and four times as long for twice as many. */
export const MAX_TEMPLATE_TAGS = 1_000;

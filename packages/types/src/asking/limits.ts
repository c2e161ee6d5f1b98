/** Caps on a plugin that asks, each with its reason. */

/** Rounds of one call: a judge that asks, asks back and settles takes three; more is a conversation, or a loop. */
export const MAX_ASK_ROUNDS = 8;
/** Asks of one round: as many as a call may have open at once with `host_http_open`. A panel of judges has three to five. */
export const MAX_ASKS_PER_ROUND = 16;
/** JSON of `continue`, in bytes: a prompt and its state fit; anything larger is the input, which the host passes again anyway. */
export const MAX_CONTINUE_BYTES = 256 * 1024;
/**
 * An output that asks, in bytes, including its requests: as much as `host_http_open` takes. Other outputs are limited by `maxOutputBytes`, which
 * is less because they may contain any JSON.
 */
export const MAX_ASK_OUTPUT_BYTES = 16 * 1024 * 1024;
/** Brackets and commas of such an output, outside strings: 16 MiB of them would take seconds to parse on the host's own thread. */
export const MAX_ASK_STRUCTURE = 100_000;
/** Body of one answer, in bytes: a model's longest answers are 1 MiB. Larger ones are read with `host_http_read`. */
export const MAX_ANSWER_BODY_BYTES = 4 * 1024 * 1024;
/** Answers of one round as JSON, in bytes in total: 16 at the cap of one would be 64 MiB, and the guest needs room to process them. */
export const MAX_ANSWERS_BYTES = 8 * 1024 * 1024;
/** Name of a provider that is asked. */
export const MAX_PROVIDER_NAME_LENGTH = 256;
/** Texts of one ask for embeddings: servers take 96 (Cohere) to 2048, and the vectors must fit an answer. */
export const MAX_TEXTS_PER_EMBED = 64;

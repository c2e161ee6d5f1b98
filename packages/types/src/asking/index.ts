/**
 * Asking: a plugin says what it wants to know instead of waiting for it; its host finds out and calls it again.
 *
 * @packageDocumentation
 */
export {
  type Ask,
  type AskAnswer,
  type AskError,
  type AskRound,
  type CompletionAsk,
  dataOfAsk,
  type EmbeddingAsk,
  type EmbeddingRequest,
  isCompletionAsk,
  isEmbeddingAsk,
  isProviderAsk,
  problemOfOutput,
  type RequestAsk,
  type ResponseAnswer,
  type RoundInput,
} from './asking.js';
export { ANSWERED_INPUT_SCHEMA, ASKING_OUTPUT_SCHEMA } from './asking-schema.js';
export {
  MAX_ANSWER_BODY_BYTES,
  MAX_ANSWERS_BYTES,
  MAX_ASK_OUTPUT_BYTES,
  MAX_ASK_ROUNDS,
  MAX_ASK_STRUCTURE,
  MAX_ASKS_PER_ROUND,
  MAX_CONTINUE_BYTES,
  MAX_TEXTS_PER_EMBED,
} from './limits.js';
export { asksSomething, parseAskRound } from './parse-ask-round.js';

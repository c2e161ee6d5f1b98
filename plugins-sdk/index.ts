/**
 * Write Testbench plugins in AssemblyScript: extend a class, return a result.
 *
 * @packageDocumentation
 */
export { Answer } from './assembly/asking/answer';
export { answers, ask, isAnswered, kept } from './assembly/asking/ask';
export { AskingEvaluator } from './assembly/asking/asking-evaluator';
export { AskingProvider } from './assembly/asking/asking-provider';
export { Attachment, attachmentOf, attachmentsOf } from './assembly/attachments/attachment';
export { AnthropicClient } from './assembly/chat/anthropic-client';
export { ChatClient } from './assembly/chat/chat-client';
export { ChatServer } from './assembly/chat/chat-server';
export { GeminiEmbeddings, OpenAiEmbeddings } from './assembly/chat/embedding-client';
export { GeminiClient } from './assembly/chat/gemini-client';
export { OpenAiClient } from './assembly/chat/openai-client';
export { ProviderError } from './assembly/chat/provider-error';
export { FileReader, files, FileWriter } from './assembly/files/files';
export { ByteReader } from './assembly/host/byte-reader';
export { describeHostCode, HostCode } from './assembly/host/host-code';
export { callHost, HostAnswer, HostFunction } from './assembly/host/host-function';
export { log } from './assembly/host/log';
export { state } from './assembly/host/state';
export { emit, env, now, random, randomInt } from './assembly/host/system';
export { EventStream } from './assembly/http/event-stream';
export { http } from './assembly/http/http';
export { parseHttpDate } from './assembly/http/http-date';
export { HttpAnswer } from './assembly/http/http-answer';
export { HttpRequest } from './assembly/http/http-request';
export { HttpResponse } from './assembly/http/http-response';
export { describeFields, fieldOf, FieldPath } from './assembly/json/field-path';
export { Json, JsonKind } from './assembly/json/json';
export { JsonWriter } from './assembly/json/writer';
export { JsonPath } from './assembly/json-path/json-path';
export { findNumbers, NumberInText, readNumber } from './assembly/numbers/find-numbers';
export { CorpusEvaluator, readSums, Sums } from './assembly/plugin/corpus-evaluator';
export { Custom } from './assembly/plugin/custom';
export { Evaluation, Evaluator, EvaluatorInput } from './assembly/plugin/evaluator';
export { ErrorCode, fail, hasFailed, invalidInput } from './assembly/plugin/failure';
export { failRetryable, failWithDetails } from './assembly/plugin/failure-details';
export { Filter } from './assembly/plugin/filter';
export { reportMetric } from './assembly/plugin/metrics';
export { contextValue, Plugin, requestId } from './assembly/plugin/plugin';
export {
  Completion,
  Message,
  Provider,
  ProviderRequest,
  ToolCall,
} from './assembly/plugin/provider';
export { TextField, textsIn } from './assembly/plugin/text-field';
export { textFieldOf, TextTransform, Transform } from './assembly/plugin/transform';
export { Regex, RegexMatch } from './assembly/regex/regex';
export { oneOf, plugin, range } from './assembly/decorators';
export { HtmlInserter, Inserter, JsonInserter, UrlInserter } from './assembly/template/inserter';
export { TextTemplate } from './assembly/template/text-template';
export { foldCase, foldPoint } from './assembly/text/case-fold';
export { lowerCase, upperCase } from './assembly/text/case-map';
export {
  isAsciiLetter,
  isAsciiPunctuation,
  isDigit,
  isNumber,
  isPunctuation,
  isSpace,
  isSymbol,
  isWordCharacter,
} from './assembly/text/characters';
export { countCodePoints, toCodePoints } from './assembly/text/code-points';
export {
  collapseSpace,
  normalizeAnswer,
  splitWords,
  strip,
  withoutPunctuation,
  withoutWords,
} from './assembly/text/words';
export { excerpt } from './assembly/text/excerpt';
export { findJson } from './assembly/text/find-json';
export { levenshteinDistance } from './assembly/text/levenshtein';
export { indexOfWord, isWordBoundary } from './assembly/text/word-boundary';
export { separate13a, separateMarks } from './assembly/text/marks';
export { NgramMatcher } from './assembly/text/ngrams';
export { haveReferences, readReferences, refuseBlank } from './assembly/text/references';
export { joinTexts, TextBuilder } from './assembly/text/text-builder';
export { Vocabulary } from './assembly/text/vocabulary';

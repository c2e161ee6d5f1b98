/**
 * The HTTP client of a plugin.
 *
 * It is a separate entry because only it needs `undici`: code that runs in threads and child processes does not.
 *
 * @packageDocumentation
 */
export { answerRequest, type AnsweredRequest } from './answer-request.js';
export type { ConnectorOptions, ResolveName } from './checked-connector.js';
export { createHttpClient, type HttpClient, type HttpClientOptions } from './http-client.js';

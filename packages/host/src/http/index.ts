/**
 * The HTTP client of a plugin.
 *
 * It has an entry of its own because it alone needs `undici`: what runs in threads and child processes does without.
 *
 * @packageDocumentation
 */
export { answerRequest, type AnsweredRequest } from './answer-request.js';
export type { ConnectorOptions, ResolveName } from './checked-connector.js';
export { createHttpClient, type HttpClient, type HttpClientOptions } from './http-client.js';

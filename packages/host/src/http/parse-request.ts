import { countStructure, parseWireJson } from '@testbench/types';
import { type CallAttachment, HostCode } from '@testbench/types/abi';
import { PluginError } from '@testbench/types/errors';

import { utf8 } from '../guest-view.js';
import {
  MAX_HEADER_BYTES,
  MAX_REQUEST_HEADERS,
  MAX_REQUEST_STRUCTURE,
  MAX_URL_BYTES,
} from '../limits.js';
import { fillAttachments } from './fill-attachments.js';
import { mayRequest } from './header-policy.js';
import { EffectFailure } from '../effects/effect-failure.js';

/** Methods that a plugin may use, and whether they carry a body. */
const METHODS = {
  GET: false,
  HEAD: false,
  OPTIONS: false,
  POST: true,
  PUT: true,
  PATCH: true,
  DELETE: true,
} as const;

/** One of the methods that a plugin may use. */
export type HttpMethod = keyof typeof METHODS;

/** A request of a plugin, checked for everything except permissions. */
export interface HttpRequest {
  readonly method: HttpMethod;
  readonly url: URL;
  /** Names in lower case. Values may hold `${secret:NAME}`. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array | undefined;
  /** Time from the request to the last byte, in milliseconds; undefined if only the call's own limit applies. */
  readonly timeoutMs: number | undefined;
}

const NO_HEADERS: ReadonlySet<string> = new Set();
const KEYS = new Set([
  'method',
  'url',
  'headers',
  'body',
  'body_base64',
  'attachments',
  'timeout_ms',
]);
const TOKEN = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
/** Tab, visible ASCII and the upper half of Latin-1, without white space at the ends. */
const FIELD_VALUE = /^(?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?$/;

/**
 * Reads the argument of `host_http_open`.
 *
 * @param further Headers that the plugin may set in addition to those allowed for every plugin, in lower case.
 * @param attachments The files of the call, for `attachments` of the request; undefined if the plugin may not read any.
 * @throws {EffectFailure} Invalid argument, naming the field; denied for a header that a plugin may not set, and for attachments.
 */
export function parseRequest(
  bytes: Uint8Array,
  further: ReadonlySet<string> = NO_HEADERS,
  attachments?: readonly CallAttachment[],
): HttpRequest {
  if (countStructure(bytes) > MAX_REQUEST_STRUCTURE) return invalid('it has too many parts');
  let value: unknown;
  try {
    value = parseWireJson(bytes);
  } catch (error) {
    if (!PluginError.is(error)) throw error;
    return invalid('it is not JSON');
  }
  return readRequest(value, further, attachments);
}

/**
 * Reads a request that is already parsed: that of a plugin that asks.
 *
 * @throws {EffectFailure} As {@link parseRequest}.
 */
export function readRequest(
  value: unknown,
  further: ReadonlySet<string> = NO_HEADERS,
  attachments?: readonly CallAttachment[],
): HttpRequest {
  if (!isObject(value)) return invalid('it is not an object');
  const unknown = Object.keys(value).find((key) => !KEYS.has(key));
  if (unknown !== undefined)
    return invalid(`unknown field ${JSON.stringify(unknown.slice(0, 40))}`);
  const field = (key: string): unknown => value[key] ?? undefined;
  const method = readMethod(field('method') ?? 'GET');
  const places = field('attachments');
  const text = field('body');
  const body =
    places === undefined
      ? readBody(text, field('body_base64'))
      : fillAttachments(text, places, attachments);
  if (body !== undefined && !METHODS[method]) return invalid(`${method} has no body`);
  return {
    method,
    url: readUrl(field('url')),
    headers: readHeaders(field('headers') ?? {}, further),
    body,
    timeoutMs: readTimeout(field('timeout_ms')),
  };
}

function readMethod(value: unknown): HttpMethod {
  const method = (Object.keys(METHODS) as HttpMethod[]).find((name) => name === value);
  return method ?? invalid(`its method is not one of ${Object.keys(METHODS).join(', ')}`);
}

function readUrl(value: unknown): URL {
  if (typeof value !== 'string') return invalid('its url is not a string');
  if (value.length > MAX_URL_BYTES) return invalid(`its url is longer than ${MAX_URL_BYTES}`);
  return parseUrl(value) ?? invalid('its url is not an absolute http or https URL');
}

/** A syntactically permitted URL, without its fragment. */
export function parseUrl(text: string, base?: URL): URL | undefined {
  let url: URL;
  try {
    url = new URL(text, base);
  } catch {
    return undefined;
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined;
  url.hash = '';
  return url;
}

function readHeaders(value: unknown, further: ReadonlySet<string>): Map<string, string> {
  if (!isObject(value)) return invalid('its headers are not an object');
  const headers = new Map<string, string>();
  let bytes = 0;
  for (const [key, text] of Object.entries(value)) {
    const name = key.toLowerCase();
    if (!TOKEN.test(name)) return invalid('a header has a name with characters that none has');
    if (typeof text !== 'string' || !FIELD_VALUE.test(text)) {
      return invalid(`header "${name.slice(0, 40)}" has a value that no header can have`);
    }
    if (!mayRequest(name) && !further.has(name)) {
      throw new EffectFailure(HostCode.permissionDenied, `header "${name.slice(0, 40)}"`);
    }
    if (headers.has(name)) return invalid(`header "${name.slice(0, 40)}" stands there twice`);
    headers.set(name, text);
    bytes += name.length + text.length + 4;
  }
  if (headers.size > MAX_REQUEST_HEADERS || bytes > MAX_HEADER_BYTES) {
    throw new EffectFailure(HostCode.limitExceeded, 'it has too many or too long headers');
  }
  return headers;
}

function readBody(text: unknown, base64: unknown): Uint8Array | undefined {
  if (text !== undefined && base64 !== undefined) return invalid('it has two bodies');
  if (text !== undefined)
    return typeof text === 'string' ? utf8(text) : invalid('its body is not a string');
  if (base64 === undefined) return undefined;
  if (
    typeof base64 !== 'string' ||
    !/^[A-Za-z0-9+/]*={0,2}$/.test(base64) ||
    base64.length % 4 !== 0
  ) {
    return invalid('its body_base64 is not base64');
  }
  return Buffer.from(base64, 'base64');
}

function readTimeout(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isFinite(value) && value > 0) return value;
  return invalid('its timeout_ms is not a number above 0');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(state: string): never {
  throw new EffectFailure(HostCode.invalidArgument, state);
}

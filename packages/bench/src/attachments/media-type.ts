/** Bytes at the start of files of a type; null matches any byte. */
const MAGIC: readonly (readonly [mediaType: string, bytes: readonly (number | null)[]])[] = [
  ['image/png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['image/jpeg', [0xff, 0xd8, 0xff]],
  ['image/gif', ascii('GIF87a')],
  ['image/gif', ascii('GIF89a')],
  ['image/webp', [...ascii('RIFF'), null, null, null, null, ...ascii('WEBP')]],
  ['image/bmp', ascii('BM')],
  ['image/tiff', [0x49, 0x49, 0x2a, 0x00]],
  ['image/tiff', [0x4d, 0x4d, 0x00, 0x2a]],
  ['audio/wav', [...ascii('RIFF'), null, null, null, null, ...ascii('WAVE')]],
  ['audio/mpeg', ascii('ID3')],
  ['audio/mpeg', [0xff, 0xfb]],
  ['audio/mpeg', [0xff, 0xf3]],
  ['audio/mpeg', [0xff, 0xf2]],
  ['audio/flac', ascii('fLaC')],
  ['audio/ogg', ascii('OggS')],
  ['video/mp4', [null, null, null, null, ...ascii('ftyp')]],
  ['application/pdf', ascii('%PDF-')],
  ['application/zip', [0x50, 0x4b, 0x03, 0x04]],
];

/** What the ending of a file's name says about it; other endings say nothing. */
const ENDINGS: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  bmp: 'image/bmp',
  tif: 'image/tiff',
  tiff: 'image/tiff',
  svg: 'image/svg+xml',
  wav: 'audio/wav',
  mp3: 'audio/mpeg',
  flac: 'audio/flac',
  ogg: 'audio/ogg',
  mp4: 'video/mp4',
  pdf: 'application/pdf',
  txt: 'text/plain',
};

/** Names that are used for the same type. */
const ALIASES: Readonly<Record<string, string>> = {
  'image/jpg': 'image/jpeg',
  'image/x-png': 'image/png',
  'audio/x-wav': 'audio/wav',
  'audio/wave': 'audio/wav',
  'audio/vnd.wave': 'audio/wav',
  'audio/mp3': 'audio/mpeg',
  'audio/x-flac': 'audio/flac',
  'application/ogg': 'audio/ogg',
  'image/svg': 'image/svg+xml',
};

const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * The media type of a file, by its bytes alone.
 *
 * @returns One of the types known here; `image/svg+xml` or `text/plain` for UTF-8 without control characters; otherwise
 *   `application/octet-stream`.
 *
 * @example
 * ```ts
 * import { findMediaType } from '@testbench/bench/dataset';
 *
 * findMediaType(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0)); // => 'image/jpeg'
 * findMediaType(new TextEncoder().encode('the cat sat')); // => 'text/plain'
 * findMediaType(Uint8Array.of(0, 1, 2)); // => 'application/octet-stream'
 * ```
 */
export function findMediaType(bytes: Uint8Array): string {
  for (const [mediaType, magic] of MAGIC) {
    if (magic.every((byte, index) => byte === null || bytes[index] === byte)) return mediaType;
  }
  const text = textOf(bytes);
  if (text === undefined) return 'application/octet-stream';
  return isSvg(text) ? 'image/svg+xml' : 'text/plain';
}

/** The type that a file's name declares; undefined if its ending says nothing. */
export function declaredByName(name: string): string | undefined {
  const ending = /\.([A-Za-z0-9]+)$/.exec(name)?.[1]?.toLowerCase();
  return ending !== undefined && Object.hasOwn(ENDINGS, ending) ? ENDINGS[ending] : undefined;
}

/** A declared type without parameters, in lower case and by its usual name; undefined for one that says nothing. */
export function canonicalMediaType(declared: string): string | undefined {
  const name = declared.split(';', 1)[0]!.trim().toLowerCase();
  if (name === '' || name === 'application/octet-stream' || name === 'binary/octet-stream')
    return undefined;
  return Object.hasOwn(ALIASES, name) ? ALIASES[name] : name;
}

/** Whether bytes of one type may be declared as another: any text may be of a more specific type, such as CSV. */
export function isDeclaredAs(found: string, declared: string): boolean {
  if (found === declared) return true;
  if (found === 'text/plain') return isTextual(declared);
  // What has no magic here, such as raw samples, cannot be checked.
  if (found === 'application/octet-stream') return !isKnown(declared) && !isTextual(declared);
  // Formats that are archives, and those that share a container.
  if (found === 'application/zip') return declared.startsWith('application/');
  return found === 'video/mp4' && /^(?:audio|video)\//.test(declared);
}

function isTextual(mediaType: string): boolean {
  return (
    (mediaType.startsWith('text/') || /[/+](?:json|xml|yaml|x-yaml)$/.test(mediaType)) &&
    mediaType !== 'image/svg+xml'
  );
}

function isKnown(mediaType: string): boolean {
  return MAGIC.some(([known]) => known === mediaType) || mediaType === 'image/svg+xml';
}

function textOf(bytes: Uint8Array): string | undefined {
  // oxlint-disable-next-line no-control-regex
  const control = /[\0-\x08\x0e-\x1a\x1c-\x1f]/;
  try {
    const text = decoder.decode(bytes);
    return control.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

/** An element `svg` at the start, after a declaration, comments and a document type. */
function isSvg(text: string): boolean {
  const start = text.slice(0, 4_096);
  return /^\s*<(?:\?xml|!DOCTYPE svg|!--|svg[\s>])/i.test(start) && /<svg[\s>]/i.test(start);
}

function ascii(text: string): number[] {
  return Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
}

import { type CallAttachment, HostCode } from '@testbench/types/abi';

import { EffectFailure } from '../effects/effect-failure.js';
import { MAX_FILLED_BODY_BYTES } from '../limits.js';

/** What base64 and JSON both leave alone, and long enough that no text contains it by accident. */
const TOKEN = /^[A-Za-z0-9_-]{8,64}$/;

/**
 * The body of a request in which each token is replaced by an attachment in base64. So a plugin sends a picture to a server without ever
 * having it in its own memory.
 *
 * The plugin chooses tokens that its body contains once; a text of a record that contains one too is an error, and is not filled in.
 *
 * @param body As the plugin wrote it; may be any value.
 * @param places The position of an attachment by token; may be any value.
 * @param attachments The files of the call; undefined if the plugin may not read any.
 * @throws {EffectFailure} Invalid argument; denied; limit exceeded.
 */
export function fillAttachments(
  body: unknown,
  places: unknown,
  attachments: readonly CallAttachment[] | undefined,
): Uint8Array {
  if (typeof body !== 'string') return invalid('it has attachments and no body as a string');
  if (typeof places !== 'object' || places === null || Array.isArray(places)) {
    return invalid('its attachments are not an object');
  }
  if (attachments === undefined) {
    throw new EffectFailure(
      HostCode.permissionDenied,
      'attachments (the plugin does not declare "multi_modal_evaluation")',
    );
  }
  const entries = Object.entries(places);
  if (entries.length > attachments.length)
    return invalid('it names more attachments than there are');
  const found = entries.map(([token, index]: [string, unknown]) => {
    if (!TOKEN.test(token)) return invalid('a token is not 8 to 64 letters, digits, - and _');
    const attachment = typeof index === 'number' ? attachments[index] : undefined;
    if (attachment === undefined) return invalid('it names an attachment that does not exist');
    const at = body.indexOf(token);
    if (at === -1 || body.includes(token, at + 1)) {
      return invalid('its body does not contain each token exactly once');
    }
    return { at, end: at + token.length, bytes: attachment.bytes };
  });
  found.sort((one, other) => one.at - other.at);
  let length = body.length;
  for (const { bytes } of found) length += 4 * Math.ceil(bytes.length / 3);
  if (length > MAX_FILLED_BODY_BYTES) {
    throw new EffectFailure(
      HostCode.limitExceeded,
      `its body with attachments is over ${MAX_FILLED_BODY_BYTES} bytes`,
    );
  }
  let filled = '';
  let from = 0;
  for (const { at, end, bytes } of found) {
    if (at < from) return invalid('two of its tokens overlap');
    filled += body.slice(from, at);
    filled += Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
    from = end;
  }
  return Buffer.from(filled + body.slice(from));
}

function invalid(state: string): never {
  throw new EffectFailure(HostCode.invalidArgument, state);
}

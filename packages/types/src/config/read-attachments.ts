import type { CallAttachment } from '../host/host-effects.js';
import { MAX_ATTACHMENTS } from '../limits.js';
import type { ConfigNode } from './config-node.js';

/**
 * Reads the files of a call; their bytes are not copied.
 *
 * @throws {ConfigError} `CONFIG_INVALID` for anything but a list of at most 64 objects with a media type and bytes.
 */
export function readAttachments(node: ConfigNode): readonly CallAttachment[] {
  const items = node.list();
  if (items.length > MAX_ATTACHMENTS) node.reject(`at most ${MAX_ATTACHMENTS} attachments`);
  return items.map((item): CallAttachment => {
    const fields = item.fields(['mediaType', 'bytes']);
    const bytes = fields.required('bytes');
    if (!(bytes.value instanceof Uint8Array)) bytes.reject('a Uint8Array');
    return { mediaType: fields.required('mediaType').text(), bytes: bytes.value as Uint8Array };
  });
}

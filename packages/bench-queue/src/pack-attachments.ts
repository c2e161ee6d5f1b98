import type { AttachedPath, CarriedAttachments } from '@testbench/bench/shards';

import type { DocumentAttachments } from './run-document.js';
import type { Share } from './share.js';

/** Puts the attachments of a run into the share: the files that records name by a path, a list of them, and the plan's table of digests. */
export async function packAttachments(
  share: Share,
  { state: { table, files, paths }, ...carried }: CarriedAttachments,
): Promise<DocumentAttachments> {
  const lines: string[] = [];
  for await (const found of carried.paths()) {
    lines.push(...(await Promise.all(found.map(async (each) => await packPath(share, each)))));
  }
  const list = Buffer.from(lines.join(''));
  return { table: await share.putBytes(table), list: await share.putBytes(list), files, paths };
}

/** A line of the list: where a path is named, and its content, or why there is none. */
async function packPath(share: Share, { file, path, content }: AttachedPath): Promise<string> {
  const found =
    'bytes' in content
      ? { content: await share.putBytes(content.bytes) }
      : { problem: { code: content.code, state: content.state } };
  return `${JSON.stringify({ file, path, ...found })}\n`;
}

// Stands in for a child process that a guest has taken over: reads the manager's commands and answers with a forgery.
import { readSync, writeSync } from 'node:fs';

import { FORGERIES } from './forgeries.ts';

const COMMANDS = 3;
const REPLIES = 4;
const forgery = FORGERIES[process.argv[2] ?? ''];

/** Reads this many bytes, or ends with the pipe. */
function read(count: number): Buffer {
  const bytes = Buffer.alloc(count);
  for (let filled = 0; filled < count;) {
    try {
      const got = readSync(COMMANDS, bytes, filled, count - filled, null);
      if (got === 0) process.exit(0);
      filled += got;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
  }
  return bytes;
}

/** A frame as `@testbench/manager` writes it: an attacker also knows the layout. */
function frame(message: unknown): Buffer {
  const blobs: Uint8Array[] = [];
  let length = 0;
  const text = JSON.stringify(message, (_key, value: unknown) => {
    if (!(value instanceof Uint8Array)) return value;
    blobs.push(value);
    length += value.length;
    return { $blob: [length - value.length, value.length] };
  });
  const json = Buffer.from(text);
  const header = Buffer.alloc(8);
  header.writeUInt32LE(json.length, 0);
  header.writeUInt32LE(length, 4);
  return Buffer.concat([header, json, ...blobs]);
}

for (;;) {
  const header = read(8);
  const json = read(header.readUInt32LE(0)).toString('utf8');
  read(header.readUInt32LE(4));
  const { type } = JSON.parse(json) as { type: string };
  if (forgery?.raw !== undefined) writeSync(REPLIES, Uint8Array.from(forgery.raw));
  for (const message of forgery?.answer(type) ?? []) writeSync(REPLIES, frame(message));
}

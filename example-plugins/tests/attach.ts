import type { ExecuteOptions } from '@testbench/core';

/** A file as a host hands it over. */
export type CallAttachment = NonNullable<ExecuteOptions['attachments']>[number];

/** Files as a host hands them over, and what the input says about them. */
export function attach(files: Readonly<Record<string, Uint8Array>>): {
  readonly attachments: readonly CallAttachment[];
  readonly described: readonly object[];
} {
  const entries = Object.entries(files);
  return {
    attachments: entries.map(([, bytes]) => ({ mediaType: 'image/png', bytes })),
    described: entries.map(([field, bytes]) => ({
      field,
      media_type: 'image/png',
      bytes: bytes.length,
    })),
  };
}

import { type OptionReaders, readOptions } from '@testbench/types/config';
import type { StoreOptions } from '@testbench/types/stores';

const OPTIONS: OptionReaders<StoreOptions> = {
  signal: (node) => node.signal(),
  onProgress: (node) => node.callback(),
};

/** @throws {ConfigError} For an unknown key or a wrong value. @throws The signal's reason, if it was aborted. */
export function readStoreOptions(options: StoreOptions | undefined): StoreOptions {
  const own = readOptions<StoreOptions>(options, OPTIONS);
  own.signal?.throwIfAborted();
  return own;
}

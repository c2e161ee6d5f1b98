import type { InputText } from './input-text.js';

/** Reads the bytes that a guest gave, in its memory; they are gone afterwards. */
export type Read<T> = (bytes: Uint8Array) => T;

/**
 * One of the contract's two signatures: how bytes get into the guest and out of it.
 *
 * Every method runs guest code, so it may throw whatever a trap throws, and `CallError` for a
 * pointer, length or type that breaks the contract. A number in the place of what was read is the guest's error code.
 * The methods that give a promise are for guests that may wait.
 */
export interface Protocol {
  readMetadata<T extends object>(read: Read<T>): T | number;
  /** @returns 0, or an error code. */
  init(config: Uint8Array): number;
  initWaiting(config: Uint8Array): Promise<number>;
  execute<T extends object>(input: InputText, read: Read<T>): T | number;
  executeWaiting<T extends object>(input: InputText, read: Read<T>): Promise<T | number>;
  /** Only where the guest exports `plugin_execute_batch`. */
  executeBatch<T extends object>(inputs: InputText, read: Read<T>): T | number;
}

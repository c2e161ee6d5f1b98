import { escapeText } from '@testbench/types';
import { PluginError } from '@testbench/types/errors';

/** Why a catalogue cannot be used. */
export type CatalogueErrorCode =
  /** Its folder or file cannot be created, read or written, or others can write to it. */
  | 'CATALOGUE_UNUSABLE'
  /** Another process is writing to it, and did not finish in time. */
  | 'CATALOGUE_IN_USE'
  /** The entry is invalid or too large. */
  | 'CATALOGUE_INVALID_ENTRY'
  /** It holds the maximum number of entries. */
  | 'CATALOGUE_FULL';

/** A catalogue cannot be opened or changed; its content is left as it is. */
export class CatalogueError extends PluginError<CatalogueErrorCode> {
  constructor(code: CatalogueErrorCode, message: string, options?: ErrorOptions) {
    super(code, escapeText(message), options);
  }

  override get name(): 'CatalogueError' {
    return 'CatalogueError';
  }
}

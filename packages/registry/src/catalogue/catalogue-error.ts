import { escapeText } from '@testbench/types';
import { PluginError } from '@testbench/types/errors';

/** Why a catalogue cannot be used. */
export type CatalogueErrorCode =
  /** Its folder or file cannot be made, read or written, or others can write to it. */
  | 'CATALOGUE_UNUSABLE'
  /** Another process writes to it, and did not end in time. */
  | 'CATALOGUE_IN_USE'
  /** The entry is invalid or too large. */
  | 'CATALOGUE_INVALID_ENTRY'
  /** It has as many entries as it may have. */
  | 'CATALOGUE_FULL';

/** A catalogue cannot be opened or changed; what is in it stays. */
export class CatalogueError extends PluginError<CatalogueErrorCode> {
  constructor(code: CatalogueErrorCode, message: string, options?: ErrorOptions) {
    super(code, escapeText(message), options);
  }

  override get name(): 'CatalogueError' {
    return 'CatalogueError';
  }
}

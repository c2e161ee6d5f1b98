import { PluginError } from '@testbench/types/errors';

/** Why files of another tool cannot be imported. */
export type ImportErrorCode =
  /** There is no such file, it is no regular file, or it cannot be read. */
  | 'IMPORT_UNREADABLE'
  /** It is not in any of the known formats. */
  | 'IMPORT_UNKNOWN_FORMAT'
  /** The file is damaged, or something in it is not what its format says; `file` and `place` say where. */
  | 'IMPORT_INVALID'
  /** It is in a version of its format that this program does not know, or in a compression that this version of Node does not have. */
  | 'IMPORT_VERSION'
  /** It has no samples, only totals. */
  | 'IMPORT_NO_SAMPLES'
  /** It is larger than a limit, or becomes so after decompression. */
  | 'IMPORT_TOO_LARGE';

/** Where an import failed. */
export interface ImportErrorDetails extends ErrorOptions {
  readonly file: string;
  /** Place in the file, such as `samples[3].scores.match.value`. */
  readonly place?: string;
}

/** Files of another tool cannot be imported. Nothing was written. */
export class ImportError extends PluginError<ImportErrorCode> {
  /** The file at fault. */
  readonly file: string;
  /** The place in it. */
  readonly place: string | undefined;

  /** @param state Completes `Cannot import <file>:`. */
  constructor(code: ImportErrorCode, state: string, { file, place, cause }: ImportErrorDetails) {
    const at = place === undefined || place === '' ? '' : ` at ${place}`;
    super(
      code,
      `Cannot import ${JSON.stringify(file)}${at}: ${state}`,
      cause === undefined ? undefined : { cause },
    );
    this.file = file;
    this.place = place;
  }

  override get name(): 'ImportError' {
    return 'ImportError';
  }
}

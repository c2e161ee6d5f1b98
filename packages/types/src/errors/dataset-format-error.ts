import { PluginError } from './plugin-error.js';

/** The one code of a {@link DatasetFormatError}. */
export type DatasetErrorCode = 'DATASET_FORMAT';

/** What is wrong with the bytes of a data set; the reader adds the file. */
export class DatasetFormatError extends PluginError<DatasetErrorCode> {
  /**
   * @param state What was expected and what is there, such as `expected 3 fields as in the header, found 2`.
   * @param place Position, from 1, in the `placeUnit` of the reader. @default the file as a whole
   */
  constructor(
    state: string,
    readonly place?: number,
    options?: ErrorOptions,
  ) {
    super('DATASET_FORMAT', state, options);
  }

  override get name(): 'DatasetFormatError' {
    return 'DatasetFormatError';
  }
}

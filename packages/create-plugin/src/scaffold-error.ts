import { PluginError } from '@testbench/types/errors';

/** Why no project was created. */
export type ScaffoldErrorCode =
  /** The name is not valid for a plugin and its folder. */
  | 'SCAFFOLD_BAD_NAME'
  /** Unknown type of plugin, or unknown language. */
  | 'SCAFFOLD_BAD_CHOICE'
  /** The folder already contains something. */
  | 'SCAFFOLD_NOT_EMPTY'
  /** The files cannot be written. */
  | 'SCAFFOLD_UNWRITABLE'
  /** The user cancelled a question. */
  | 'SCAFFOLD_CANCELLED';

/** A project cannot be created; nothing was changed, unless writing itself failed. */
export class ScaffoldError extends PluginError<ScaffoldErrorCode> {
  override get name(): 'ScaffoldError' {
    return 'ScaffoldError';
  }
}

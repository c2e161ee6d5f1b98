import { PluginError } from '@testbench/types/errors';

/** Why no project was made. */
export type ScaffoldErrorCode =
  /** The name cannot be that of a plugin and of its folder. */
  | 'SCAFFOLD_BAD_NAME'
  /** No such type of plugin, or no such language. */
  | 'SCAFFOLD_BAD_CHOICE'
  /** There is something in the folder already. */
  | 'SCAFFOLD_NOT_EMPTY'
  /** The files cannot be written. */
  | 'SCAFFOLD_UNWRITABLE'
  /** The user cancelled a question. */
  | 'SCAFFOLD_CANCELLED';

/** A project cannot be made; nothing was changed, unless writing itself failed. */
export class ScaffoldError extends PluginError<ScaffoldErrorCode> {
  override get name(): 'ScaffoldError' {
    return 'ScaffoldError';
  }
}

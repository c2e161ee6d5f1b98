import { PluginError } from '@testbench/types/errors';

/** Why the studio, or a request to it, failed. */
export type StudioErrorCode =
  /** The server cannot listen on the port. */
  | 'STUDIO_CANNOT_LISTEN'
  /** The project is not a readable folder. */
  | 'STUDIO_NO_PROJECT'
  /** A request without the studio's token or cookie. */
  | 'STUDIO_NOT_SIGNED_IN'
  /** A request under another host name, or from a page of another origin. */
  | 'STUDIO_FOREIGN_ORIGIN'
  /** A request that does not fit its route: wrong method, body or value. */
  | 'STUDIO_BAD_REQUEST'
  /** The requested resource does not exist. */
  | 'STUDIO_NOT_FOUND'
  /** A path outside the project. */
  | 'STUDIO_OUTSIDE_PROJECT'
  /** A plugin of that name already exists. */
  | 'STUDIO_EXISTS'
  /** A body or the requested data is larger than the studio's limit. */
  | 'STUDIO_TOO_LARGE'
  /** Too much at once: too many event streams, or another process is writing the same file. */
  | 'STUDIO_BUSY';

/** The studio, or a request to it, failed. */
export class StudioError extends PluginError<StudioErrorCode> {
  override get name(): 'StudioError' {
    return 'StudioError';
  }
}

import { PluginError } from '@testbench/types/errors';

/** Why the studio, or a request to it, failed. */
export type StudioErrorCode =
  /** The server cannot listen at the port. */
  | 'STUDIO_CANNOT_LISTEN'
  /** The project is no folder that can be read. */
  | 'STUDIO_NO_PROJECT'
  /** A request without the studio's token or cookie. */
  | 'STUDIO_NOT_SIGNED_IN'
  /** A request under another host name, or from a page of another origin. */
  | 'STUDIO_FOREIGN_ORIGIN'
  /** A request that is not what its route takes: a method, a body, a value. */
  | 'STUDIO_BAD_REQUEST'
  /** What a request asks for is not there. */
  | 'STUDIO_NOT_FOUND'
  /** A path that leads out of the project. */
  | 'STUDIO_OUTSIDE_PROJECT'
  /** A plugin of that name is saved already. */
  | 'STUDIO_EXISTS'
  /** A body, or what was asked for, is larger than the studio takes. */
  | 'STUDIO_TOO_LARGE'
  /** Too much goes on at once: streams of events, or another process that writes the same. */
  | 'STUDIO_BUSY';

/** The studio, or a request to it, failed. */
export class StudioError extends PluginError<StudioErrorCode> {
  override get name(): 'StudioError' {
    return 'StudioError';
  }
}

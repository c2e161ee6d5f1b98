/** A value that a plugin may use and never see. */
export interface Secret {
  /** Printable ASCII, 8 to 8,192 characters. */
  readonly value: string;
  /** Where it may be sent, in the forms of `allowedHosts`. */
  readonly hosts: readonly string[];
  /**
   * The plugins that may use it: ids given at loading, or digests (`sha256:…`). The name that a plugin gives itself
   * does not count. @default every plugin that is granted one of the hosts
   */
  readonly plugins?: readonly string[];
  /**
   * Headers that may contain it: a server might store or show others. In lower case.
   * @default authorization, api-key, x-api-key and x-goog-api-key
   */
  readonly headers?: readonly string[];
}

/**
 * Where `${secret:NAME}` in a header comes from.
 *
 * A store is asked at each use, so that a rotated secret takes effect at once.
 */
export interface SecretStore {
  readonly specificationVersion: 'v1';
  /** The secret with that name; undefined if there is none. A rejection counts as a request error. */
  read(name: string): Secret | undefined | Promise<Secret | undefined>;
}

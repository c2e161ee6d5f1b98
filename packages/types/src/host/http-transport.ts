/** One request of a plugin as it is sent: permissions checked, secrets filled in. Each redirect is a separate request. */
export interface HttpTransportRequest {
  readonly method: string;
  readonly url: URL;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
  /** Fires when the call is over; the sender must then reject and end the body. */
  readonly signal: AbortSignal;
}

/** An answer whose body has not been read yet. */
export interface HttpTransportResponse {
  readonly statusCode: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * Sends a plugin's requests instead of the host: to record them, to replay recorded ones, or to use another route.
 *
 * It is called after the permission check, and its answers are decoded, masked and redirected like answers from the network.
 *
 * @param send The host's default: connects to an address that the permissions allow.
 */
export type HttpTransport = (
  request: HttpTransportRequest,
  send: (request: HttpTransportRequest) => Promise<HttpTransportResponse>,
) => Promise<HttpTransportResponse>;

/** One request of a plugin as it goes out: permissions checked, secrets filled in. A redirection is a request of its own. */
export interface HttpTransportRequest {
  readonly method: string;
  readonly url: URL;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
  /** Fires when the call is over; the sender must then reject and end the body. */
  readonly signal: AbortSignal;
}

/** An answer, its body still to be read. */
export interface HttpTransportResponse {
  readonly statusCode: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * Sends a plugin's requests in the host's place: to record them, to replay what was recorded, to go by another way.
 *
 * It comes after the check of permissions, and its answers are decoded, masked and redirected as those of the network are.
 *
 * @param send What the host would do: makes the connection, to an address that the permissions allow.
 */
export type HttpTransport = (
  request: HttpTransportRequest,
  send: (request: HttpTransportRequest) => Promise<HttpTransportResponse>,
) => Promise<HttpTransportResponse>;

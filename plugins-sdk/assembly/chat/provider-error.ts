/** Why a model's server gave no answer; the codes with which a provider's call fails. */
export namespace ProviderError {
  /** 401 or 403: the key is missing or wrong. */
  export const UNAUTHORIZED: i32 = -20;
  /** 429: too many requests or tokens. */
  export const RATE_LIMITED: i32 = -21;
  /** Any other status from 300 to 499: the request is wrong. */
  export const REJECTED: i32 = -22;
  /** A status from 500 on: the server has failed or is overloaded. */
  export const UNAVAILABLE: i32 = -23;
  /** No connection, or it broke off. */
  export const DISCONNECTED: i32 = -24;
  /** The answer is not what the server's documentation says, or is cut off. */
  export const BAD_ANSWER: i32 = -25;
  /** The host does not let the plugin go there, or use that secret. */
  export const NOT_PERMITTED: i32 = -26;
  /** A limit of the host was met: the request's own time, the size of the answer, the number of requests. */
  export const LIMIT_EXCEEDED: i32 = -27;
}

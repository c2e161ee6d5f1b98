/** What the host says when it does not do what a plugin asked for. */
export namespace HostCode {
  export const NOT_FOUND: i32 = -1;
  export const INVALID_ARGUMENT: i32 = -2;
  export const PERMISSION_DENIED: i32 = -3;
  export const LIMIT_EXCEEDED: i32 = -4;
  export const INPUT_OUTPUT: i32 = -5;
  export const CANCELLED: i32 = -6;
}

/** A host's code in words, for a message. */
export function describeHostCode(code: i32): string {
  if (code == HostCode.NOT_FOUND) return "not found";
  if (code == HostCode.INVALID_ARGUMENT) return "refused as wrong by the host";
  if (code == HostCode.PERMISSION_DENIED) return "not permitted by the host";
  if (code == HostCode.LIMIT_EXCEEDED) return "too large or too slow for the host's limits";
  if (code == HostCode.CANCELLED) return "cancelled";
  return "broken off";
}

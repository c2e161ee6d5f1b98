const DATA_URL = /^data:([\w/+.-]+);base64,([\w+/=]*)$/;

/** Removes everything from this worker that could access a network, regardless of the policy that its file was served with. */
export function cutNetwork(): void {
  for (const name of ['XMLHttpRequest', 'WebSocket', 'EventSource', 'WebTransport', 'Worker']) {
    Reflect.set(globalThis, name, undefined);
  }
  // The compiler reads a small module of its own from a `data:` address, which a strict policy would also refuse.
  globalThis.fetch = async (source) => {
    const [, type, base64] = DATA_URL.exec(typeof source === 'string' ? source : '') ?? [];
    if (type === undefined || base64 === undefined) {
      throw new TypeError('Cannot fetch: this worker has no network');
    }
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    return new Response(bytes, { headers: { 'content-type': type } });
  };
}

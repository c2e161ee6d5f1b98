import type { RequestListener } from 'node:http';

import { type LoopbackServer, serveHttp } from '@testbench/test-kit/loopback';

/** Serves while an attack runs. */
export async function serving<T>(
  listener: RequestListener,
  use: (server: LoopbackServer) => Promise<T>,
): Promise<T> {
  const server = await serveHttp(listener);
  try {
    return await use(server);
  } finally {
    await server[Symbol.asyncDispose]();
  }
}

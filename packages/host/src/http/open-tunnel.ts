import type { Duplex } from 'node:stream';

import { absorbStreamErrors } from '@testbench/types';
import { HostCode } from '@testbench/types/abi';
import { Client } from 'undici';

import { EffectFailure } from '../effects/effect-failure.js';
import { CONNECT_TIMEOUT_MS, MAX_HEADER_BYTES } from '../limits.js';
import type { TrustedAuthorities } from './certificate-authorities.js';
import type { ProxySettings } from './proxy-settings.js';

const FIRST_FAILURE = 300;
const NEEDS_CREDENTIALS = 407;

/**
 * Asks a proxy for a connection (`CONNECT`), for plain HTTP as well: so the proxy learns where it goes, and nothing else.
 *
 * @param target The address that was checked, or the name where the proxy resolves it, with its port.
 * @throws {EffectFailure} Input/output error if the proxy cannot be reached or refuses. No message contains the proxy's credentials.
 */
export async function openTunnel(
  { origin, authorization }: ProxySettings,
  target: string,
  authorities: TrustedAuthorities | undefined,
): Promise<Duplex> {
  const ca = authorities?.authorityFor(origin);
  const client = new Client(origin, {
    connect: {
      timeout: CONNECT_TIMEOUT_MS,
      // Regardless of the process's environment.
      rejectUnauthorized: true,
      ...(ca === undefined ? {} : { ca }),
    },
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: CONNECT_TIMEOUT_MS,
  });
  const headers = {
    host: target,
    ...(authorization === undefined ? {} : { 'proxy-authorization': authorization }),
  };
  try {
    const signal = AbortSignal.timeout(CONNECT_TIMEOUT_MS);
    const { statusCode, socket } = await client.connect({ path: target, headers, signal });
    absorbStreamErrors(socket);
    if (statusCode < FIRST_FAILURE) {
      // The client is done once the connection ends.
      socket.once('close', () => void client.destroy());
      return socket;
    }
    socket.destroy();
    const advice = statusCode === NEEDS_CREDENTIALS ? ': it wants other credentials' : '';
    throw failed(`the proxy answered ${statusCode}${advice}`);
  } catch (error) {
    await client.destroy();
    if (error instanceof EffectFailure) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw failed(`the proxy was not reached${code === undefined ? '' : ` (${code})`}`);
  }
}

function failed(problem: string): EffectFailure {
  return new EffectFailure(HostCode.inputOutput, problem);
}

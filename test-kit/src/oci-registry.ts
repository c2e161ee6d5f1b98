import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

import { type LoopbackServer, serveHttp } from './loopback.ts';

const INDEX = 'application/vnd.oci.image.index.v1+json';
const digestOf = (bytes: Uint8Array): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** What a test sees of a request. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
}

/** How a registry in a test behaves. */
export interface OciRegistryOptions {
  /** False for a registry without the referrers API, such as Debian's. @default true */
  readonly hasReferrers?: boolean;
  /**
   * Answers instead of the registry. @returns True if it answered.
   */
  readonly intercept?: (
    request: IncomingMessage,
    response: ServerResponse,
    registry: OciRegistry,
  ) => boolean;
}

interface StoredManifest {
  readonly bytes: Buffer;
  readonly mediaType: string;
}

/** A registry on loopback, in this process. */
export interface OciRegistry extends LoopbackServer {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  readonly blobs: Map<string, Buffer>;
  /** By `name@digest`. */
  readonly manifests: Map<string, StoredManifest>;
  /** Digests, by `name:tag`. */
  readonly tags: Map<string, string>;
  readonly seen: SeenRequest[];
}

/** Serves the OCI distribution API from memory: enough for a client's tests, with hooks to be hostile. */
export async function serveRegistry({
  hasReferrers = true,
  intercept = () => false,
}: OciRegistryOptions = {}): Promise<OciRegistry> {
  const uploads = new Map<string, Buffer>();
  const state = {
    blobs: new Map<string, Buffer>(),
    manifests: new Map<string, StoredManifest>(),
    tags: new Map<string, string>(),
    seen: [] as SeenRequest[],
  };
  const server = await serveHttp((request, response) => {
    const { method = '', url = '', headers } = request;
    state.seen.push({ method, url, headers });
    if (intercept(request, response, registry)) return;
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => answer(request, response, Buffer.concat(parts)));
  });
  const registry: OciRegistry = {
    ...server,
    ...state,
    accepted: server.accepted,
    host: `127.0.0.1:${server.port}`,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
  return registry;

  function answer(request: IncomingMessage, response: ServerResponse, body: Buffer): void {
    const { method = '', headers } = request;
    const url = new URL(request.url ?? '', registry.origin);
    const reply = (status: number, fields: object = {}, bytes: Uint8Array | string = ''): void => {
      response.writeHead(status, { ...fields } as Record<string, string>);
      response.end(method === 'HEAD' ? '' : bytes);
    };
    const missing = (): void => reply(404, {}, '{"errors":[{"code":"NAME_UNKNOWN"}]}');
    const match = /^\/v2\/(.+?)\/(blobs\/uploads|blobs|manifests|tags|referrers)\/(.*)$/.exec(
      url.pathname,
    );
    if (match === null) return url.pathname === '/v2/' ? reply(200, {}, '{}') : missing();
    const [, name = '', kind = '', rest = ''] = match;
    if (kind === 'blobs/uploads') {
      if (method === 'POST') {
        const id = String(uploads.size + 1);
        uploads.set(id, Buffer.alloc(0));
        return reply(202, { location: `/v2/${name}/blobs/uploads/${id}?state=x` });
      }
      const all = Buffer.concat([uploads.get(rest) ?? Buffer.alloc(0), body]);
      uploads.set(rest, all);
      if (method === 'PATCH') return reply(202, { location: `${url.pathname}?state=y` });
      const wanted = url.searchParams.get('digest') ?? '';
      if (digestOf(all) !== wanted) return reply(400, {}, '{"errors":[{"code":"DIGEST_INVALID"}]}');
      state.blobs.set(wanted, all);
      return reply(201, { location: `/v2/${name}/blobs/${wanted}` });
    }
    if (kind === 'blobs') {
      const bytes = state.blobs.get(rest);
      if (bytes === undefined) return missing();
      const from = Number(/^bytes=(\d+)-/.exec(headers.range ?? '')?.[1] ?? 0);
      const part = bytes.subarray(from);
      return reply(
        from === 0 ? 200 : 206,
        {
          'content-length': String(part.length),
          ...(from === 0
            ? {}
            : { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` }),
        },
        part,
      );
    }
    if (kind === 'manifests') {
      if (method === 'PUT') {
        const digest = digestOf(body);
        const mediaType = headers['content-type'] ?? '';
        state.manifests.set(`${name}@${digest}`, { bytes: body, mediaType });
        if (!rest.startsWith('sha256:')) state.tags.set(`${name}:${rest}`, digest);
        const { subject } = JSON.parse(body.toString()) as { subject?: { digest: string } };
        const subjectHeader =
          hasReferrers && subject !== undefined ? { 'oci-subject': subject.digest } : {};
        return reply(201, { 'docker-content-digest': digest, ...subjectHeader });
      }
      const digest = state.tags.get(`${name}:${rest}`) ?? rest;
      const found = state.manifests.get(`${name}@${digest}`);
      if (found === undefined) return missing();
      return reply(
        200,
        { 'content-type': found.mediaType, 'docker-content-digest': digest },
        found.bytes,
      );
    }
    if (kind === 'tags') {
      const all = [...state.tags.keys()]
        .filter((key) => key.startsWith(`${name}:`))
        .map((key) => key.slice(name.length + 1))
        .sort();
      if (all.length === 0) return missing();
      const last = url.searchParams.get('last') ?? '';
      const page = all.filter((tag) => tag > last).slice(0, 2);
      const isLast = page.length === 0 || page.at(-1) === all.at(-1);
      const link = `</v2/${name}/tags/list?n=2&last=${page.at(-1)}>; rel="next"`;
      return reply(200, isLast ? {} : { link }, JSON.stringify({ name, tags: page }));
    }
    if (!hasReferrers) return missing();
    const manifests = [...state.manifests]
      .filter(([key]) => key.startsWith(`${name}@`))
      .flatMap(([key, { bytes, mediaType }]) => {
        const { subject, artifactType, annotations } = JSON.parse(bytes.toString());
        if (subject?.digest !== rest) return [];
        const digest = key.slice(name.length + 1);
        return [{ mediaType, digest, size: bytes.length, artifactType, annotations }];
      });
    return reply(200, { 'content-type': INDEX }, JSON.stringify({ schemaVersion: 2, manifests }));
  }
}

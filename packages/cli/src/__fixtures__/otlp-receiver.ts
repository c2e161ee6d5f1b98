import { serveHttp } from '@testbench/test-kit/loopback';

/** A span as OTLP represents it in JSON. */
export interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes: readonly {
    readonly key: string;
    readonly value: { readonly stringValue?: string };
  }[];
}

interface OtlpBody {
  readonly resourceSpans?: readonly {
    readonly resource: { readonly attributes: OtlpSpan['attributes'] };
    readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[];
  }[];
  readonly resourceMetrics?: readonly {
    readonly scopeMetrics: readonly { readonly metrics: readonly { readonly name: string }[] }[];
  }[];
  readonly resourceLogs?: readonly {
    readonly scopeLogs: readonly {
      readonly logRecords: readonly { readonly eventName?: string; readonly spanId?: string }[];
    }[];
  }[];
}

/** A collector on loopback that accepts OTLP over HTTP in JSON and keeps it. */
export async function receiveOtlp() {
  const bodies: string[] = [];
  const server = await serveHttp((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      bodies.push(body);
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  const all = (): OtlpBody[] => bodies.map((body) => JSON.parse(body) as OtlpBody);
  return {
    origin: server.origin,
    text: () => bodies.join('\n'),
    spans: () =>
      all().flatMap(({ resourceSpans = [] }) =>
        resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
      ),
    /** Names of the services that sent spans of a name. */
    services: (name: string) =>
      all().flatMap(({ resourceSpans = [] }) =>
        resourceSpans.flatMap(({ resource, scopeSpans }) => {
          const service = resource.attributes.find(({ key }) => key === 'service.name');
          return scopeSpans
            .flatMap(({ spans }) => spans)
            .filter((span) => span.name === name)
            .map(() => service?.value.stringValue);
        }),
      ),
    metrics: () =>
      all().flatMap(({ resourceMetrics = [] }) =>
        resourceMetrics.flatMap(({ scopeMetrics }) =>
          scopeMetrics.flatMap(({ metrics }) => metrics.map(({ name }) => name)),
        ),
      ),
    events: () =>
      all().flatMap(({ resourceLogs = [] }) =>
        resourceLogs.flatMap(({ scopeLogs }) => scopeLogs.flatMap(({ logRecords }) => logRecords)),
      ),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Spans as a tree, one per line. */
export function spanTree(spans: readonly OtlpSpan[]): string[] {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const lines: string[] = [];
  const visit = (span: OtlpSpan, depth: number): void => {
    lines.push(`${'  '.repeat(depth)}${span.name}`);
    for (const child of spans) if (child.parentSpanId === span.spanId) visit(child, depth + 1);
  };
  for (const span of spans) if (!ids.has(span.parentSpanId ?? '')) visit(span, 0);
  return lines;
}

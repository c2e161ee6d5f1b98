import type { MetricsRegistry } from '@testbench/telemetry';

/** Counts requests and calls. Names of plugins are the operator's, and codes are ours: clients choose no label. */
export class ServeMeter {
  readonly #registry: MetricsRegistry;
  #active = 0;

  constructor(registry: MetricsRegistry) {
    this.#registry = registry;
  }

  /** Requests that are being answered. */
  get active(): number {
    return this.#active;
  }

  /** Figures in the format of Prometheus. */
  text(): string {
    return this.#registry.text();
  }

  /** A request begins. @returns To be called once, with its status, when it ends. */
  begin(operation: string): (status: number) => void {
    const started = performance.now();
    this.#active += 1;
    this.#registry.add('testbench.serve.active_requests', 1, {});
    return (status) => {
      this.#active -= 1;
      this.#registry.add('testbench.serve.active_requests', -1, {});
      const seconds = (performance.now() - started) / 1000;
      this.#registry.add('testbench.serve.duration', seconds, {
        'testbench.operation': operation,
      });
      this.refused(operation, status);
    };
  }

  /** A request that ended before it was let in. */
  refused(operation: string, status: number): void {
    this.#registry.add('testbench.serve.requests', 1, {
      'testbench.operation': operation,
      'http.response.status_code': String(status),
    });
  }

  /** A call of a plugin ended, with `ok` or a code. */
  called(plugin: string, outcome: string): void {
    this.#registry.add('testbench.serve.calls', 1, {
      'testbench.plugin': plugin,
      'testbench.outcome': outcome,
    });
  }
}

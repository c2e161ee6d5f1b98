/** Watches how long the event loop of this thread stands still. */
export class StallWatch {
  /** The longest time between two turns, by the clock. */
  wallMs = 0;
  /** The most CPU time that this thread itself used between two turns. */
  cpuMs = 0;
  readonly #timer: NodeJS.Timeout;
  #wall = performance.now();
  #cpu = cpuTimeMs();

  constructor() {
    this.#timer = setInterval(() => this.#look(), 5);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#look();
  }

  #look(): void {
    const wall = performance.now();
    const cpu = cpuTimeMs();
    this.wallMs = Math.max(this.wallMs, wall - this.#wall);
    this.cpuMs = Math.max(this.cpuMs, cpu - this.#cpu);
    this.#wall = wall;
    this.#cpu = cpu;
  }
}

function cpuTimeMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

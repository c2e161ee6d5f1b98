import type * as queuePackage from '@testbench/bench-queue';

import { UsageError } from './usage-error.js';

/** The exports of `@testbench/bench-queue`. */
export type QueuePackage = typeof queuePackage;

const NAME = '@testbench/bench-queue';

/**
 * Loads the package of the queue. It is an optional peer: most projects have no Redis and need no client of one.
 *
 * @param load For tests.
 * @throws {UsageError} If it is not installed.
 */
export async function loadQueue(
  load = (): Promise<QueuePackage> => import('@testbench/bench-queue'),
): Promise<QueuePackage> {
  try {
    return await load();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ERR_MODULE_NOT_FOUND' || !message.includes(`'${NAME}'`)) throw error;
    throw new UsageError(
      `a queue needs the package ${NAME} next to the command: npm install ${NAME}`,
    );
  }
}

import { EventEmitter } from 'node:events';

import type { CatalogueEntry, CatalogueKey } from './catalogue-entry.js';

/** What a `PluginCatalogue` tells, by name of the event. */
export interface CatalogueEvents {
  /** An entry was added, or replaced another one; also by another process, once it is seen. */
  'plugin-registered': [CatalogueEntry];
  'plugin-unregistered': [CatalogueKey];
  /** The file was damaged or unfinished, and was put right: a sentence for people. */
  'catalogue-repaired': [{ readonly repair: string }];
}

/** Tells listeners what happens. A listener that throws shows as a process warning. */
export class CatalogueEmitter extends EventEmitter<CatalogueEvents> {
  /** @internal */
  notify<Name extends keyof CatalogueEvents>(name: Name, event: CatalogueEvents[Name][0]): void {
    if (this.listenerCount(name) === 0) return;
    try {
      (this as EventEmitter).emit(name, event);
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : new TypeError(String(error)));
    }
  }
}

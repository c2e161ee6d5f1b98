import { EventEmitter } from 'node:events';

import type { CatalogueEntry, CatalogueKey } from './catalogue-entry.js';

/** Events of a `PluginCatalogue`, by name. */
export interface CatalogueEvents {
  /** An entry was added, or replaced another one; a change by another process is reported once it is read. */
  'plugin-registered': [CatalogueEntry];
  'plugin-unregistered': [CatalogueKey];
  /** The file was damaged or incomplete and was repaired: a sentence for people. */
  'catalogue-repaired': [{ readonly repair: string }];
}

/** Notifies listeners. A listener that throws causes a process warning. */
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

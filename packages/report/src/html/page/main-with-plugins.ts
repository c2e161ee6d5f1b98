import { pluginElement } from '../plugin-element.js';
import { createRescore } from './rescore.js';
import { startPage } from './start-page.js';

void startPage(
  createRescore(
    (digest) => document.getElementById(pluginElement(digest))?.textContent ?? undefined,
  ),
);

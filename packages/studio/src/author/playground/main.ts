// The playground: the editor and the visual builder as files for any static server.
import { mountAuthor } from '../page/mount-author.js';
import { ARITHMETIC } from '../samples/arithmetic.js';

mountAuthor(document.getElementById('app')!, {
  workerUrl: new URL('author-worker.js', import.meta.url),
  samples: [ARITHMETIC],
});

// The worker of the editor and of the playground. Loading the compiler runs code of its own, so the network goes first.
import { cutNetwork } from './cut-network.js';

cutNetwork();
const { serveRequests } = await import('./serve-requests.js');
await serveRequests();

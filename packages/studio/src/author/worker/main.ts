// The worker of the editor and of the playground. Loading the compiler runs the compiler's code, so the network is removed first.
import { cutNetwork } from './cut-network.js';

cutNetwork();
const { serveRequests } = await import('./serve-requests.js');
await serveRequests();

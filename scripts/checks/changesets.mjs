// Every changeset must be readable and name existing packages; a changed package must have one.
import { run, runTool } from '../lib/run.mjs';

// `changeset status` compares with the main branch, which a detached or shallow clone may lack.
const { code } = await run('git', ['rev-parse', '--verify', '--quiet', 'main']);
const since = code === 0 ? [] : ['--since=HEAD'];
const status = await runTool('changeset', ['status', ...since], { show: true });
process.exitCode = status.code;

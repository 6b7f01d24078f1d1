// The sandbox workspace in a process of its own. Prints {"url", "admin"} when it is up.
import { startWorkspace } from '../../src/sandbox/workspace/server.ts';

const workspace = await startWorkspace({ version: '8.8.1', settings: { API_Enable_Rate_Limiter: false } });
process.stdout.write(`${JSON.stringify({ url: workspace.url, admin: workspace.admin })}\n`);

import { createServer } from 'node:http';

/** Looks like a bridge that is ready, writes nothing, and ends only when it loses its parent. */
createServer((_, response) => response.end('{}')).listen(Number(process.env['SILENT_PORT']), '127.0.0.1');
process.once('disconnect', () => process.exit(0));

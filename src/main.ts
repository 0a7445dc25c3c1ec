/** The service as a program of its own, for containers and process managers: `node main.js` is `rolewatch serve`. */
process.argv.splice(2, 0, 'serve');
await import('./cli.js');

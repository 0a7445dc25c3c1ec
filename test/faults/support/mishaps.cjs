// Loaded into a process of the product before its own code: what goes wrong inside of it, on a signal.
process.on('SIGUSR2', () => {
  if (process.env.MISHAP === 'rejection') {
    Promise.reject(new Error('nobody waits for this'));
    return;
  }
  const until = performance.now() + 3_000;
  while (performance.now() < until);
});

// Loaded into codex-glm by `--require`: at SIGUSR2 it fails in a place where nobody catches it, in words that hold
// CRASH_WORDS, as a library's error may hold what it was given.
if (process.argv[1]?.endsWith('codex-glm.js'))
  process.once('SIGUSR2', () => {
    const error = new TypeError(`${process.env.CRASH_WORDS} is no header`);
    if (process.env.CRASH_KIND === 'rejection') void Promise.reject(error);
    else
      setTimeout(() => {
        throw error;
      });
  });

// A page from the new version whose script an old pod was asked for, in the middle of a rollout: load it again.
addEventListener(
  'error',
  ({ target }) => {
    if (target instanceof HTMLScriptElement || target instanceof HTMLLinkElement) {
      setTimeout(() => location.reload(), 1000 + Math.random() * 2000);
    }
  },
  true,
);

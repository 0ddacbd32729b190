/** Runes everywhere; styles go to files, because the served CSP forbids inline style elements. */
export default {
  compilerOptions: { runes: true, css: 'external' },
};

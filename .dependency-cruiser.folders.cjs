/**
 * Folders form layers: no two of them import each other, directly or through others. Specs are left out, since they stand
 * beside what they test and import the testing library, which imports everything.
 */
const { options } = require('./.dependency-cruiser.cjs');

module.exports = {
  forbidden: [
    { name: 'no-folder-cycles', severity: 'error', scope: 'folder', from: {}, to: { circular: true } },
  ],
  options: { ...options, exclude: { path: '^dist/|\\.(spec|e2e-spec|fault-spec)\\.tsx?$' } },
};

// The same as index.d.ts, for who imports an ES module.

import * as procmon from './index.js';

export * from './index.js';
export default procmon;

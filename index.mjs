import procmon from './index.cjs';

export const {
  ProcmonError,
  Recording,
  aggregate,
  aggregateSync,
  attach,
  capabilities,
  compare,
  compareSync,
  convert,
  executeWithMonitoring,
  findPeaks,
  findPeaksSync,
  load,
  processTree,
  processTreeSync,
  profiles,
  resourceUtilization,
  resourceUtilizationSync,
  run,
  snapshot,
  summarize,
  summarizeSync,
  tree,
  version,
} = procmon;
export default procmon;

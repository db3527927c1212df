import procmon from './index.cjs';

export const { ProcmonError, attach, capabilities, executeWithMonitoring, profiles, run, snapshot, tree, version } =
  procmon;
export default procmon;

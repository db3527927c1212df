import procmon from './index.cjs';

export const { ProcmonError, attach, profiles, run, snapshot, version } = procmon;
export default procmon;

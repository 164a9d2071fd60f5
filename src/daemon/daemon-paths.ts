import { join } from 'node:path';

/** Where a standalone proxy keeps its files, below the data folder. */
export interface DaemonPaths {
  folder: string;
  logFile: string;
  clientKeysFile: string;
  historyFolder: string;
}

export function daemonPaths(dataFolder: string): DaemonPaths {
  const folder = join(dataFolder, 'proxy');
  return {
    folder,
    logFile: join(folder, 'proxy.log'),
    clientKeysFile: join(folder, 'clients.json'),
    historyFolder: join(folder, 'history'),
  };
}

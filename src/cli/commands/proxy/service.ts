import { findPaths } from '../../../config/paths.ts';
import { daemonPaths } from '../../../daemon/daemon-paths.ts';
import type { Service } from '../../../daemon/service-files.ts';
import type { CommandInput } from '../../arguments/command.ts';
import { flagArguments, thisCommand } from '../../arguments/own-arguments.ts';
import { passedOn, textOption } from './proxy-input.ts';

/** The proxy as `proxy install` hands it to a service manager. */
export function serviceOf(input: CommandInput): Service {
  const { dataFolder } = findPaths(input.environment);
  const own = passedOn(input);
  return {
    name: 'proxy',
    description: 'codex-glm proxy',
    command: [...thisCommand(), ...flagArguments(input), 'proxy', 'run', ...portArguments(input), ...own],
    environment: { CODEX_GLM_HOME: dataFolder },
    writableFolders: [dataFolder],
    runsCodex: false,
    logFile: daemonPaths(dataFolder).logFile,
    container: {
      image: 'localhost/codex-glm:latest',
      arguments: [...flagArguments(input), 'proxy', 'run', '--host', '0.0.0.0', '--port', '18765', ...own],
      port: 18_765,
      healthPath: '/ready',
      clientKey: { secret: 'codex_glm_client_key', variable: 'CODEX_GLM_CLIENT_KEY' },
      dataVolume: 'codex-glm-data',
    },
  };
}

function portArguments(input: CommandInput): string[] {
  return ['--port', textOption(input, 'port') ?? '18765'];
}

import { findUserHome } from '../../config/paths.ts';
import { defaultServiceKind, installService, serviceKinds, uninstallService } from '../../daemon/install.ts';
import type { Service } from '../../daemon/service-files.ts';
import type { CommandInput } from '../arguments/command.ts';

/** The service file of a command of ours is written or removed, and what to do next is printed. @throws UsageError */
export function installOrUninstall(
  { environment, options }: CommandInput,
  action: 'install' | 'uninstall',
  service: Service,
): void {
  const kind =
    serviceKinds.find((each) => options[each] === true) ?? defaultServiceKind(process.platform, service.name);
  const place = { kind, environment, homeFolder: findUserHome(environment) };
  const { file, next } =
    action === 'uninstall' ? uninstallService({ ...place, name: service.name }) : installService(place, service);
  const steps = next.map((line) => `  ${line}\n`).join('');
  process.stdout.write(`${action === 'install' ? 'written' : 'removed'}: ${file}\nnext:\n${steps}`);
}

import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UsageError } from '../errors/errors.ts';
import { writeAtomically } from '../launch/files/atomic-write.ts';
import {
  launchdAgent,
  launchdLabel,
  quadlet,
  serviceName,
  systemdUnit,
  type Container,
  type Service,
} from './service-files.ts';

export const serviceKinds = ['systemd', 'launchd', 'quadlet'] as const;
export type ServiceKind = (typeof serviceKinds)[number];

/** Where the file of a service is. */
export interface ServicePlace {
  kind: ServiceKind;
  name: Service['name'];
  homeFolder: string;
  environment: NodeJS.ProcessEnv;
}

/** A file that was written, and how the system is told of it. */
export interface Installed {
  file: string;
  next: string[];
}

/** What this system starts services by. @throws UsageError where we know of nothing */
export function defaultServiceKind(platform: NodeJS.Platform, name: Service['name']): ServiceKind {
  if (platform === 'linux') return 'systemd';
  if (platform === 'darwin') return 'launchd';
  throw new UsageError('USAGE', 'There is no service file for this system.', {
    hint: `Let its task scheduler run: codex-glm ${name === 'proxy' ? 'proxy run' : 'serve'}`,
  });
}

/** Writes the file of a service; starts nothing. A file of an earlier installation is replaced. */
export function installService(place: Omit<ServicePlace, 'name'>, service: Service): Installed {
  const whole = { ...place, name: service.name };
  const file = serviceFile(whole);
  mkdirSync(dirname(file), { recursive: true });
  // a unit does not start when a folder that it may write to is missing
  for (const folder of service.writableFolders) mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeAtomically(file, textOf(place.kind, service));
  return { file, next: nextSteps(whole, file, service.container) };
}

/** @throws UsageError if there is none */
export function uninstallService(place: ServicePlace): Installed {
  const file = serviceFile(place);
  if (!existsSync(file)) throw new UsageError('USAGE', `There is no ${file}.`);
  rmSync(file);
  const stop = [`launchctl bootout gui/$(id -u)/${launchdLabel(place)}`];
  const reload = [`systemctl --user stop ${serviceName(place)}`, 'systemctl --user daemon-reload'];
  return { file, next: place.kind === 'launchd' ? stop : reload };
}

function serviceFile(place: ServicePlace): string {
  const { kind, homeFolder, environment } = place;
  const config = environment['XDG_CONFIG_HOME'] || join(homeFolder, '.config');
  switch (kind) {
    case 'systemd':
      return join(config, `systemd/user/${serviceName(place)}.service`);
    case 'launchd':
      return join(homeFolder, 'Library/LaunchAgents', `${launchdLabel(place)}.plist`);
    case 'quadlet':
      return join(config, `containers/systemd/${serviceName(place)}.container`);
    default:
      return kind satisfies never;
  }
}

function textOf(kind: ServiceKind, service: Service): string {
  if (kind === 'systemd') return systemdUnit(service);
  return kind === 'launchd' ? launchdAgent(service) : quadlet(service);
}

function nextSteps(place: ServicePlace, file: string, { image, clientKey }: Container): string[] {
  switch (place.kind) {
    case 'systemd':
      return ['systemctl --user daemon-reload', `systemctl --user enable --now ${serviceName(place)}`];
    case 'launchd':
      return [`launchctl bootstrap gui/$(id -u) ${file}`];
    case 'quadlet':
      return [
        `podman build --target ${place.name} -t ${image} .   (in the package folder, where the Dockerfile is)`,
        'printf %s "$GLM_API_KEY" | podman secret create glm_api_key -',
        `openssl rand -hex 32 | podman secret create ${clientKey.secret} -`,
        'systemctl --user daemon-reload',
        `systemctl --user start ${serviceName(place)}`,
      ];
    default:
      return place.kind satisfies never;
  }
}

/**
 * The files by which a system starts a server of ours by itself. Pure. Each runs it as an unprivileged user with as little
 * of the machine as it needs: the network, and its own folders.
 */

export interface Service {
  /** The command that it runs, and the end of its name: codex-glm-proxy. */
  name: 'proxy' | 'serve';
  /** For people. */
  description: string;
  /** Program and arguments of `codex-glm ...`, absolute where they are paths. */
  command: readonly string[];
  environment: Readonly<Record<string, string>>;
  /** Absolute; nothing else is written to. */
  writableFolders: readonly string[];
  /** codex runs below it, whose own sandbox has to be set up inside of the service's. */
  runsCodex: boolean;
  /** For launchd, which has no journal. */
  logFile: string;
  container: Container;
}

/** The same service from an image of this package's Dockerfile. */
export interface Container {
  image: string;
  /** Of `codex-glm`: without paths of this machine. */
  arguments: readonly string[];
  /** On 127.0.0.1 of the machine, and inside. */
  port: number;
  /** Answered with 200 when it can be used. */
  healthPath: string;
  /** What clients send as their API key: a Podman secret, and the variable that it becomes. */
  clientKey: { secret: string; variable: string };
  dataVolume: string;
  /** A folder of the machine that codex works in, at /work; absent: none is needed. */
  workFolder?: string;
}

/** Of its files and in commands of systemd. */
export function serviceName({ name }: Pick<Service, 'name'>): string {
  return `codex-glm-${name}`;
}

export function launchdLabel({ name }: Pick<Service, 'name'>): string {
  return `codex-glm.${name}`;
}

/**
 * A systemd user unit, checked by `systemd-analyze verify`. A user's services have no capabilities; options that take some
 * from the bounding set (PrivateDevices, ProtectKernelModules) would keep it from starting. PrivateUsers lets a user's
 * manager set up the file system (systemd.exec(5)).
 */
export function systemdUnit(service: Service): string {
  const environment = Object.entries(service.environment).map(([name, value]) => systemdWord(`${name}=${value}`));
  return `[Unit]
Description=${service.description}
Documentation=https://www.npmjs.com/package/codex-glm
After=network-online.target

[Service]
Type=exec
ExecStart=${service.command.map(execWord).join(' ')}
${environment.map((word) => `Environment=${word}`).join('\n')}
Restart=on-failure
RestartSec=2
TimeoutStopSec=40
UMask=0077
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=read-only
ReadWritePaths=${service.writableFolders.map(systemdWord).join(' ')}
PrivateTmp=yes
PrivateUsers=yes
${service.runsCodex ? aroundCodex : aroundNode}
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native

[Install]
WantedBy=default.target
`;
}

const aroundNode = `ProtectKernelTunables=yes
ProtectControlGroups=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes`;

/**
 * bubblewrap, by which codex confines commands, makes namespaces, brings up their loopback interface through netlink, and
 * mounts a /proc, which Linux refuses while parts of /proc are covered, as ProtectKernelTunables does
 * (user_namespaces(7), "Restrictions on mount namespaces").
 */
const aroundCodex = 'RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK';

/** A launchd agent: starts at login, and again when it ends by accident. */
export function launchdAgent(service: Service): string {
  const strings = service.command.map((word) => `    <string>${xml(word)}</string>`).join('\n');
  const variables = Object.entries(service.environment).map(
    ([name, value]) => `    <key>${xml(name)}</key>\n    <string>${xml(value)}</string>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${launchdLabel(service)}</string>
  <key>ProgramArguments</key>
  <array>
${strings}
  </array>
  <key>EnvironmentVariables</key>
  <dict>
${variables.join('\n')}
  </dict>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <key>ExitTimeOut</key>
  <integer>40</integer>
  <key>Umask</key>
  <integer>63</integer>
  <key>StandardOutPath</key>
  <string>${xml(service.logFile)}</string>
  <key>StandardErrorPath</key>
  <string>${xml(service.logFile)}</string>
</dict>
</plist>
`;
}

/**
 * A Podman Quadlet (Podman 4.4 and later). The keys come from Podman secrets, so that they are neither in the image nor in
 * this file. The health command does not end with a quote, which the generator would take away (5.4.2).
 */
export function quadlet({ description, container }: Pick<Service, 'description' | 'container'>): string {
  const { image, port, healthPath, clientKey, workFolder } = container;
  return `[Unit]
Description=${description}
After=network-online.target

[Container]
Image=${image}
Exec=${container.arguments.map(execWord).join(' ')}
PublishPort=127.0.0.1:${port}:${port}
Secret=glm_api_key,type=env,target=GLM_API_KEY
Secret=${clientKey.secret},type=env,target=${clientKey.variable}
Volume=${container.dataVolume}:/data
${workFolder === undefined ? '' : mountOf(workFolder)}ReadOnly=true
Tmpfs=/tmp:rw,noexec,nosuid,size=64m
NoNewPrivileges=true
DropCapability=all
HealthCmd=node -e "fetch('http://127.0.0.1:${port}${healthPath}').then((r)=>process.exit(r.ok?0:1),()=>process.exit(1))" || exit 1
HealthInterval=30s

[Service]
Restart=always
TimeoutStopSec=40

[Install]
WantedBy=default.target
`;
}

/**
 * The image's user, whose id is 1000, is the one whom the folder belongs to (podman-run(1), --userns). The generator quotes
 * a volume by itself, and would take a quote as part of its name.
 */
function mountOf(folder: string): string {
  return `Volume=${folder.replaceAll('%', '%%')}:/work:Z\nUserNS=keep-id:uid=1000,gid=1000\n`;
}

/** A word of a command line, in which alone systemd replaces variables. */
function execWord(word: string): string {
  return systemdWord(word).replaceAll('$', '$$$$');
}

/** As systemd reads a word: quoted, with its specifiers taken as they are. */
function systemdWord(word: string): string {
  const escaped = word.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%');
  return /^[\w@:=,./+-]+$/.test(word) ? word : `"${escaped}"`;
}

function xml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

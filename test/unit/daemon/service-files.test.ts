import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { installService, uninstallService } from '../../../src/daemon/install.ts';
import { launchdAgent, quadlet, systemdUnit, type Service } from '../../../src/daemon/service-files.ts';
import { testFolder } from '../../helpers/test-folder.ts';
import { repositoryRoot } from '../../helpers/test-place.ts';

const dataFolder = '/home/me/100% & <data>';

const proxy: Service = {
  name: 'proxy',
  description: 'codex-glm proxy',
  command: [process.execPath, '/opt/my apps/codex-glm.js', '--provider', 'zai', 'proxy', 'run', '--port', '18765'],
  environment: { CODEX_GLM_HOME: dataFolder },
  writableFolders: [dataFolder],
  runsCodex: false,
  logFile: '/home/me/proxy.log',
  container: {
    image: 'localhost/codex-glm:latest',
    arguments: ['proxy', 'run'],
    port: 18_765,
    healthPath: '/ready',
    clientKey: { secret: 'codex_glm_client_key', variable: 'CODEX_GLM_CLIENT_KEY' },
    dataVolume: 'codex-glm-data',
  },
};

const serve: Service = {
  ...proxy,
  name: 'serve',
  description: 'codex-glm chat server',
  command: [process.execPath, '/opt/codex-glm.js', 'serve'],
  environment: { ...proxy.environment, PATH: '/opt/node/bin:/usr/bin' },
  writableFolders: [dataFolder, '/home/me/work'],
  runsCodex: true,
  container: {
    image: 'localhost/codex-glm-serve:latest',
    arguments: ['serve', '--host', '0.0.0.0'],
    port: 8080,
    healthPath: '/health',
    clientKey: { secret: 'codex_glm_serve_key', variable: 'CODEX_BRIDGE_API_KEY' },
    dataVolume: 'codex-glm-serve-data',
    workFolder: '/home/me/my work',
  },
};

/** Debian has it from 13 on, as part of podman. */
const quadletGenerator = ['/usr/libexec/podman/quadlet', process.env['QUADLET_GENERATOR'] ?? ''].find((path) =>
  existsSync(path),
);
const composeCommand = [['docker-compose'], ['docker', 'compose'], ['podman', 'compose']].find(
  ([program = '', ...args]) => has(program, ...args, 'version'),
);

/** Is a program of the system there? */
function has(program: string, ...args: string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe('the systemd unit', () => {
  it.each(['NoNewPrivileges=yes', 'ProtectSystem=strict', 'PrivateTmp=yes', 'PrivateUsers=yes', 'UMask=0077'])(
    'of both services has %j',
    (line) => {
      expect(systemdUnit(proxy)).toContain(line);
      expect(systemdUnit(serve)).toContain(line);
    },
  );

  it('quotes what systemd would read otherwise', () => {
    expect(systemdUnit(proxy)).toContain(' "/opt/my apps/codex-glm.js" --provider zai proxy run --port 18765\n');
    expect(systemdUnit(proxy)).toContain('"CODEX_GLM_HOME=/home/me/100%% & <data>"');
  });

  it('escapes a dollar sign in the command line only', () => {
    const folder = '/home/me/$HOME';
    const unit = systemdUnit({ ...proxy, command: ['/usr/bin/node', folder], writableFolders: [folder] });
    expect(unit).toContain('ExecStart=/usr/bin/node "/home/me/$$HOME"\n');
    expect(unit).toContain('ReadWritePaths="/home/me/$HOME"\n');
  });

  it("leaves codex's own sandbox what it needs, and the proxy nothing of it", () => {
    expect(systemdUnit(proxy)).toMatch(/^RestrictNamespaces=yes$/m);
    expect(systemdUnit(proxy)).toMatch(/^ProtectKernelTunables=yes$/m);
    expect(systemdUnit(serve)).not.toMatch(/RestrictNamespaces|ProtectKernelTunables/);
    expect(systemdUnit(serve)).toMatch(/^RestrictAddressFamilies=.* AF_NETLINK$/m);
  });

  it('lets codex write to its work folder, and find programs as the user does', () => {
    expect(systemdUnit(serve)).toContain('ReadWritePaths="/home/me/100%% & <data>" /home/me/work\n');
    expect(systemdUnit(serve)).toContain('Environment=PATH=/opt/node/bin:/usr/bin\n');
  });

  it.skipIf(!has('systemd-analyze', '--version'))(
    'is accepted by systemd-analyze verify, where there is one',
    async () => {
      const folder = await testFolder();
      const script = join(folder, 'codex-glm.js');
      await writeFile(script, '');
      const files = [];
      for (const service of [proxy, serve]) {
        const file = join(folder, `codex-glm-${service.name}.service`);
        await writeFile(
          file,
          systemdUnit({ ...service, command: [process.execPath, script], writableFolders: [folder] }),
        );
        files.push(file);
      }
      const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--user', '--man=no', ...files], {
        encoding: 'utf8',
        env: { ...process.env, XDG_RUNTIME_DIR: folder },
      });
      // other units of the machine may have their own troubles
      expect(`${stdout}${stderr}`).not.toContain('codex-glm');
      expect(status).toBe(0);
    },
  );
});

describe.skipIf(!has('python3', '--version'))('the launchd agent, by the parser of Python where there is one,', () => {
  it.each([proxy, serve])('of $name is a property list that runs the command', async (service) => {
    const file = join(await testFolder(), 'agent.plist');
    await writeFile(file, launchdAgent(service));
    const script = 'import json,plistlib,sys; print(json.dumps(plistlib.load(open(sys.argv[1],"rb"))))';
    const plist = JSON.parse(execFileSync('python3', ['-c', script, file], { encoding: 'utf8' })) as object;
    expect(plist).toMatchObject({
      Label: `codex-glm.${service.name}`,
      ProgramArguments: service.command,
      EnvironmentVariables: service.environment,
      KeepAlive: { SuccessfulExit: false },
      Umask: 0o77,
    });
  });
});

describe('what runs in a container', () => {
  it.each([
    'PublishPort=127.0.0.1:18765:18765',
    'ReadOnly=true',
    'NoNewPrivileges=true',
    'DropCapability=all',
    'Tmpfs=/tmp:rw,noexec,nosuid,size=64m',
    'Secret=glm_api_key',
    'HealthCmd=',
  ])('has %s in its Quadlet', (line) => {
    expect(quadlet(proxy)).toContain(line);
    expect(quadlet(proxy)).not.toContain('/work');
  });

  it.each([
    'Image=localhost/codex-glm-serve:latest',
    'PublishPort=127.0.0.1:8080:8080',
    'ReadOnly=true',
    'NoNewPrivileges=true',
    'DropCapability=all',
    'Secret=codex_glm_serve_key,type=env,target=CODEX_BRIDGE_API_KEY',
    'Volume=codex-glm-serve-data:/data',
    'Volume=/home/me/my work:/work:Z\nUserNS=keep-id:uid=1000,gid=1000',
    "fetch('http://127.0.0.1:8080/health')",
  ])('has %j in the Quadlet of serve', (line) => {
    expect(quadlet(serve)).toContain(line);
  });

  it.skipIf(!quadletGenerator)('becomes a service by the Quadlet generator, where podman has one', async () => {
    const folder = await testFolder();
    for (const service of [proxy, serve]) {
      await writeFile(join(folder, `codex-glm-${service.name}.container`), quadlet(service));
    }
    const { status, stdout, stderr } = spawnSync(quadletGenerator ?? '', ['-dryrun', '-user'], {
      encoding: 'utf8',
      env: { ...process.env, QUADLET_UNIT_DIRS: folder },
    });
    expect(status, stderr).toBe(0);
    const starts = stdout.match(/^ExecStart=.*$/gm) ?? [];
    expect(starts).toHaveLength(2);
    for (const line of starts) {
      for (const words of [
        '--read-only',
        '--cap-drop all',
        '--security-opt=no-new-privileges',
        '--tmpfs /tmp:rw,noexec',
      ])
        expect(line).toContain(words);
      // whole, with both of its quotes
      expect(line).toMatch(/--health-cmd "node -e \\"fetch\(.*process\.exit\(1\)\)\\" \|\| exit 1"/);
    }
    expect(starts.join()).toContain('-v "/home/me/my work:/work:Z"');
  });

  it.skipIf(!composeCommand)('is accepted by compose, where there is one', async () => {
    const folder = await testFolder();
    for (const name of ['compose.yaml', 'Dockerfile'])
      await writeFile(join(folder, name), readFileSync(join(repositoryRoot, name)));
    const [program = '', ...args] = composeCommand ?? [];
    const { status, stderr } = spawnSync(program, [...args, 'config', '-q'], { cwd: folder, encoding: 'utf8' });
    expect(status, stderr).toBe(0);
  });

  it.each([
    'read_only: true',
    'no-new-privileges:true',
    'cap_drop:',
    '127.0.0.1:18765:18765',
    'noexec,nosuid,size=64m',
    'secrets:',
    'restart: unless-stopped',
  ])('has %s in compose.yaml', (line) => {
    expect(readFileSync(join(repositoryRoot, 'compose.yaml'), 'utf8')).toContain(line);
  });

  it('keeps the key of the provider from the container in compose.yaml that codex runs commands in', () => {
    const [proxyPart = '', servePart = ''] = readFileSync(join(repositoryRoot, 'compose.yaml'), 'utf8')
      .split(/^volumes:/m, 1)
      .join('')
      .split(/^ {2}serve:/m);
    expect(proxyPart).toContain('/run/secrets/glm_api_key');
    expect(servePart).toContain('127.0.0.1:8080:8080');
    expect(servePart).toContain('read_only: true');
    expect(servePart).toContain('cap_drop:');
    expect(servePart).not.toContain('glm_api_key');
  });

  it.each([/^USER node$/m, /^HEALTHCHECK /m, /^FROM node:/m, /^FROM base AS serve$/m, /^FROM base AS proxy$/m])(
    'matches %s in its Dockerfile',
    (pattern) => {
      const text = readFileSync(join(repositoryRoot, 'Dockerfile'), 'utf8');
      expect(text).toMatch(pattern);
      expect(text).not.toMatch(/_API_KEY=/);
    },
  );
});

describe('a service', () => {
  it.each([
    ['systemd', proxy, '.config/systemd/user/codex-glm-proxy.service', 'enable --now codex-glm-proxy'],
    ['launchd', proxy, 'Library/LaunchAgents/codex-glm.proxy.plist', 'launchctl bootstrap'],
    ['quadlet', proxy, '.config/containers/systemd/codex-glm-proxy.container', 'secret create codex_glm_client_key'],
    ['systemd', serve, '.config/systemd/user/codex-glm-serve.service', 'enable --now codex-glm-serve'],
    ['launchd', serve, 'Library/LaunchAgents/codex-glm.serve.plist', 'launchctl bootstrap'],
    ['quadlet', serve, '.config/containers/systemd/codex-glm-serve.container', 'secret create codex_glm_serve_key'],
  ] as const)('of %s, $1.name, is written, and removed again', async (kind, service, path, words) => {
    const homeFolder = await testFolder();
    const place = { kind, homeFolder, environment: {} };
    const folder = join(homeFolder, 'data');
    const { file, next } = installService(place, { ...service, writableFolders: [folder] });
    expect(existsSync(folder)).toBe(true);
    expect(file).toBe(join(homeFolder, path));
    expect(readFileSync(file, 'utf8')).toContain(service.description.slice(0, 9));
    expect(next.join('\n')).toContain(words);
    const named = { ...place, name: service.name };
    expect(uninstallService(named).file).toBe(file);
    expect(() => uninstallService(named)).toThrow(/There is no/);
  });
});

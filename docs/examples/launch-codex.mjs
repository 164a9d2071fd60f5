// One run of codex, as the command line does it; resolves to codex's exit status.
import { launchCodex } from 'codex-glm';

process.exitCode = await launchCodex({ arguments: ['--version'] });

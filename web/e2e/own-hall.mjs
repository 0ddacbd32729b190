// A hall of one's own for a journey that needs another profile: its own data folder, a free port, stopped at the end.
import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const binary = process.env.SALA_BINARY ?? join(repository, 'target/debug/sala');

/** Why a journey can't be taken here; undefined: it can. */
export const missing = (...files) =>
  [binary, ...files.map((file) => join(repository, file))].filter((file) => !existsSync(file)).map((file) => `${file} is missing`)[0];

export const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** Starts a program and gives what ends it. Its output is told when it ends by itself. */
export function started(command, args, env = {}) {
  const child = spawn(command, args, { cwd: repository, env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said = (said + text).slice(-20_000)));
  const ended = new Promise((resolve) => child.on('exit', resolve));
  return {
    said: () => said,
    isOver: () => child.exitCode !== null,
    stop: async () => {
      child.kill('SIGINT');
      await ended;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

export async function eventuallyOk(url, program) {
  const until = Date.now() + 90_000;
  for (;;) {
    if (program.isOver() || Date.now() > until) throw new Error(`${url} never answered:\n${program.said()}`);
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return answer;
    await new Promise((done) => setTimeout(done, 200));
  }
}

/** A demonstration hall; `change` rewrites files of its profile: `{name: (text) => text}`; `streets`: how its live streets are run; `command`:
 * another program than the usual. `kill` ends it as a power cut does, `again` starts it anew where it was. */
export async function ownHall({ change = {}, env = {}, streets = 'off', command = binary } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'sala-e2e-'));
  const profile = join(folder, 'profile');
  await cp(join(repository, 'profiles/demo'), profile, { recursive: true });
  for (const [name, rewrite] of Object.entries(change)) {
    const file = join(profile, name);
    await writeFile(file, rewrite(await readFile(file, 'utf8')));
  }
  const port = await freePort();
  const base = `http://localhost:${port}`;
  const options = ['--profile', profile, '--data', join(folder, 'data'), '--listen', `127.0.0.1:${port}`, '--requests-per-minute', '100000', '--live-streets', streets];
  let program = started(command, ['serve', ...options], env);
  const stop = async () => {
    await program.stop();
    await rm(folder, { recursive: true, force: true });
  };
  await eventuallyOk(`${base}/readyz`, program).catch(async (cause) => {
    await stop();
    throw cause;
  });
  const again = async () => {
    program = started(command, ['serve', ...options], env);
    await eventuallyOk(`${base}/readyz`, program);
  };
  return { base, stop, again, kill: () => program.kill(), said: () => program.said() };
}

#!/usr/bin/env node
/** The command line: `undertone <command>`. Exits with 0 (done), 1 (failed) or 2 (used or configured wrongly). */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { ConfigError } from '../config/config-error.ts';
import { inPackage, packageVersion } from '../package-root.ts';
import { operatingCommands } from './operating.ts';
import type { McpOptions } from './mcp.ts';
import type { TokenOptions } from './token.ts';

const FAILED = 1;
const USED_WRONGLY = 2;

function program(): Command {
  const root = new Command('undertone')
    .description('Reads the undertone of a live video call: rolling, evidenced descriptions of how people come across.')
    .version(packageVersion())
    .showHelpAfterError('Add --help to see what is possible.')
    .exitOverride()
    .addHelpText(
      'after',
      `
Examples:
  undertone start                      serve a call on this machine and print its address
  undertone start --port 9000          the same on another port
  undertone start --lan                serve telephones on this network: HTTPS, by invitation
  undertone analyze talk.mp4           describe the person in a recording, as JSON lines
  undertone bench latency              how fast this machine describes a real call
  undertone doctor                     what this machine can run, and how fast
  undertone prepare                    get the face models ready before the first start
  undertone explain                    what participants are told, made from your settings
  undertone stop                       stop all analysis at once, until "undertone resume"

Every command has examples of its own: undertone stop --help`,
    );
  for (const command of [
    startCommand(),
    tokenCommand(),
    doctorCommand(),
    prepareCommand(),
    mcpCommand(),
    ...operatingCommands(),
  ])
    root.addCommand(command.copyInheritedSettings(root));
  const analyze = lazily('analyze', 'describe the person in a video, a sound file or a picture', loadAnalyze);
  root.addCommand(analyze.copyInheritedSettings(root).helpOption(false));
  root.addCommand(benchCommand().copyInheritedSettings(root).helpOption(false));
  return root;
}

function mcpCommand(): Command {
  return new Command('mcp')
    .description(
      'Let an assistant read rooms of a running agent: a Model Context Protocol server on standard input/output.',
    )
    .option('--url <url>', 'address of the agent', 'http://127.0.0.1:8080')
    .option('--room <name...>', 'rooms to read; it enters them visibly', ['demo'])
    .option('--name <name>', 'how it is shown to the people in the rooms', 'Assistant')
    .addOption(new Option('--token <token>', 'room token, where the agent asks for one').env('UNDERTONE_TOKEN'))
    .addHelpText(
      'after',
      `
Tools: rooms, participants, state, context, ask. It can change nothing, and sees what the policy lets it see. A room token
is for one room: where the agent asks for tokens, start one server for each room.

Examples:
  undertone mcp --room demo
  undertone mcp --room daily retro
  UNDERTONE_TOKEN=... undertone mcp --url https://calls.example.org --room daily

For an assistant's configuration: command "undertone", arguments ["mcp", "--room", "demo"].`,
    )
    .action(async (options: McpOptions) => {
      const { serveMcp } = await import('./mcp.ts');
      await serveMcp(options);
    });
}

function startCommand(): Command {
  return new Command('start')
    .description(
      'Serve calls: the page, WHIP and the WebSocket. Prints the address on standard output when ready; logs go to standard error.',
    )
    .option('--port <number>', 'port to listen on (default 8080; 0 takes a free one)', wholeNumber)
    .option('--host <address>', 'address to listen on (default 127.0.0.1)')
    .option('--lan', 'serve this network: HTTPS with a self-made certificate, and links that let one person each in')
    .option('--config <file>', 'YAML file with settings (default: configs/default.yaml of the package)')
    .addOption(
      new Option('--log-level <level>', 'how much to log').choices([
        'fatal',
        'error',
        'warn',
        'info',
        'debug',
        'silent',
      ]),
    )
    .addHelpText(
      'after',
      `
Settings come from the file, then the environment (UNDERTONE_SERVER_PORT, UNDERTONE_DEPLOYMENT_CONTEXT, ...), then
these options; later ones win. SIGINT or SIGTERM ends calls in good order, a second one ends at once. SIGUSR2 stops all
analysis at once, as "undertone stop" does; calls go on.

Examples:
  undertone start
  undertone start --config ours.yaml --log-level warn
  UNDERTONE_DEPLOYMENT_CONTEXT=research undertone start --port 9000

When it runs: / is the page, /about-this-call what participants are told, /healthz and /readyz are for orchestrators,
/metrics is for Prometheus.`,
    )
    .action(async (options: { port?: number; host?: string; lan?: boolean; config?: string; logLevel?: string }) => {
      const { start } = await import('./start.ts');
      await start(options);
    });
}

function tokenCommand(): Command {
  return new Command('token')
    .summary('make a room token for development')
    .description(
      'Make a room token and print it. It is signed with auth.secret (UNDERTONE_AUTH_SECRET), which the server must have too. For development: a platform signs its own.',
    )
    .requiredOption('--room <name>', 'the room it is for')
    .requiredOption('--identity <id>', 'who it is for: letters, digits or "_.:-", no names, no mail addresses')
    .option('--publish', 'allow sending media, and being analysed')
    .option('--subscribe', 'allow watching the others and hearing of results')
    .option('--see <whom>', 'whose results: self, all (that the policy allows), or identities with commas', 'self')
    .option('--role <name...>', 'roles that policy.visibility may let see more')
    .option('--consent <version>', 'version of the receipt that the person agreed to, for publishers without a page')
    .option('--name <text>', 'shown to the others')
    .option('--ttl <time>', 'how long it holds: 90s, 15m, 1h, 7d', '1h')
    .option('--config <file>', 'YAML file with settings (default: configs/default.yaml of the package)')
    .addHelpText(
      'after',
      `
Examples:
  export UNDERTONE_AUTH_SECRET=$(openssl rand -base64 48)
  undertone token --room lobby --identity mia --publish --subscribe --see self --ttl 1h
  undertone token --room lobby --identity coach-bot --subscribe --see all --role assistant`,
    )
    .action(async (options: Omit<TokenOptions, 'ttl'> & { ttl: string }) => {
      const { readDuration, token } = await import('./token.ts');
      await token({ ...options, ttl: readDuration(options.ttl) });
    });
}

function benchCommand(): Command {
  return new Command('bench')
    .summary('measure latency on this machine, score predictions, compare reports')
    .allowUnknownOption()
    .argument('[arguments...]')
    .action(async (given: string[]) => {
      // The benchmark measures the agent from outside, as a program of its own.
      const bench = spawn(process.execPath, [inPackage('dist/bench/main.js'), ...given], { stdio: 'inherit' });
      const [code] = await once(bench, 'exit');
      process.exitCode = typeof code === 'number' ? code : FAILED;
    });
}

function doctorCommand(): Command {
  return new Command('doctor')
    .description('Say what this machine can run: providers, packs, how fast, and what is wrong.')
    .summary('say what this machine can run')
    .option('--json', 'print the report as JSON')
    .addHelpText('after', '\nExamples:\n  undertone doctor\n  undertone doctor --json | jq .packs')
    .action(async (options: { json?: boolean }) => {
      const { doctor } = await import('./doctor.ts');
      process.exitCode = (await doctor(options.json === true)) ? 0 : FAILED;
    });
}

function prepareCommand(): Command {
  return new Command('prepare')
    .summary('get the face models ready ahead of time')
    .description(
      'Convert the face models into the cache now, so that the first start needs no time for it (images, CI).',
    )
    .option(
      '--cache-dir <folder>',
      'where to keep them (default: analysis.faceCacheDir, else the cache folder of the user)',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  undertone prepare\n  undertone prepare --cache-dir /var/cache/undertone   (then set analysis.faceCacheDir to it)',
    )
    .action(async (options: { cacheDir?: string }) => {
      const { prepareFaceModels } = await import('../../models/index.ts');
      const cacheDir = options.cacheDir ?? process.env['UNDERTONE_ANALYSIS_FACE_CACHE_DIR'];
      const paths = await prepareFaceModels(cacheDir === undefined ? {} : { cacheDir });
      process.stdout.write(`${Object.values(paths).join('\n')}\n`);
    });
}

async function loadAnalyze(): Promise<Command> {
  const { analyzeCommand } = await import('./analyze.ts');
  return analyzeCommand();
}

/** A command whose options and help are loaded only when it is used. */
function lazily(name: string, description: string, load: () => Promise<Command>): Command {
  return new Command(name)
    .description(description)
    .allowUnknownOption()
    .argument('[arguments...]')
    .usage('[options] <file>')
    .action(async (given: string[], _options: unknown, placeholder: Command) => {
      const command = (await load())
        .name(`undertone ${name}`)
        .copyInheritedSettings(placeholder)
        .helpOption('-h, --help');
      await command.parseAsync(given, { from: 'user' });
    });
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('Give a whole number.');
  return Number(text);
}

/** Explains a failure to people, and says with which status to exit. */
function explain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USED_WRONGLY;
  if (error instanceof ConfigError) {
    process.stderr.write(`${error.message}\n`);
    return USED_WRONGLY;
  }
  if (error instanceof Error && error.message.includes('node-av native binding')) {
    process.stderr.write(
      `The decoder (node-av) has no binary for ${process.platform}-${process.arch} here: npm was told to leave optional packages out, or node_modules come from another kind of machine. Install again, with optional packages.\n`,
    );
    return FAILED;
  }
  if (error instanceof Error && 'code' in error) process.stderr.write(`${error.message}\n`);
  else
    process.stderr.write(
      `Undertone failed in a way it does not know: ${error instanceof Error ? error.stack : String(error)}\n`,
    );
  return FAILED;
}

// Whoever reads has seen enough ("| head"): nothing is wrong, and nobody is left to write for. Calls go on all the same.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  if (process.argv[2] !== 'start') process.exit();
});

try {
  await program().parseAsync();
} catch (error) {
  process.exitCode = explain(error);
}

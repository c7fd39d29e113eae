/** Commands for who runs an installation: explain it to people, stop and resume analysis, remove people, export and delete. */
import { Command, Option } from 'commander';
import { EXPLAIN_FORMATS, type AdminOptions, type ExplainOptions } from './operate.ts';

/** How every command that talks to a running server is told where it is. */
const REACHING = `
Asks the server that --config and UNDERTONE_SERVER_HOST and _PORT describe, or the one at --url. Where admin.secret is
set, put it into UNDERTONE_ADMIN_SECRET; otherwise this works on the server's own machine only.`;

export function operatingCommands(): Command[] {
  return [
    explainCommand(),
    stopCommand(),
    resumeCommand(),
    removeCommand(),
    receiptsCommand(),
    forgetCommand(),
    auditCommand(),
  ];
}

function explainCommand(): Command {
  return new Command('explain')
    .summary('print what participants are told, made from the settings')
    .description(
      'Print the page /about-this-call: what the analysis is for, what is computed, who sees it, how long it is kept, how to stop it and whom to ask. It is made from the settings, so check it before you invite anybody.',
    )
    .option('--room <name>', 'what holds in this room (rooms may differ in whether they are recorded)')
    .addOption(new Option('-f, --format <format>', 'how to print it').choices(EXPLAIN_FORMATS).default('text'))
    .option('--config <file>', 'YAML file with settings (default: configs/default.yaml of the package)')
    .addHelpText(
      'after',
      `
Examples:
  undertone explain --config ours.yaml
  undertone explain --config ours.yaml --room interview --format html > about.html`,
    )
    .action(async (options: ExplainOptions) => (await import('./operate.ts')).explain(options));
}

function stopCommand(): Command {
  return reaching(new Command('stop'))
    .summary('stop all analysis at once, in one room or in the whole process')
    .description(
      'Stop all analysis at once. Everybody is told, all consents end, and all that is held of people is cleared within a second; calls go on. Nobody can consent again before "undertone resume", also over a restart of the server where policy.stopFile or audit.path is set; then everybody is asked anew.',
    )
    .option('--room <name>', 'this room only')
    .addHelpText(
      'after',
      `${REACHING}

Examples:
  undertone stop                       everything
  undertone stop --room interview      one room
  kill -USR2 PID                       everything, when the server cannot be reached`,
    )
    .action(async (options: AdminOptions & { room?: string }) => (await import('./operate.ts')).stop(options));
}

function resumeCommand(): Command {
  return reaching(new Command('resume'))
    .summary('let people consent again after a stop')
    .description(
      "Let people consent again after a stop. Nobody's analysis begins by itself: everybody is asked anew. A room that was stopped by itself is resumed by itself.",
    )
    .option('--room <name>', 'this room only')
    .addHelpText(
      'after',
      `${REACHING}

Examples:
  undertone resume
  undertone resume --room interview`,
    )
    .action(async (options: AdminOptions & { room?: string }) => (await import('./operate.ts')).resume(options));
}

function removeCommand(): Command {
  return reaching(new Command('remove'))
    .summary('remove somebody from a room')
    .description(
      'End the session and the media of somebody in a room. Tokens for it that were made until now let them in no more; a new one does. In development mode, where nobody is asked for a token, they may come in again.',
    )
    .argument('<participant>', 'their participant id, as in the events')
    .requiredOption('--room <name>', 'the room')
    .addHelpText(
      'after',
      `${REACHING}

Examples:
  undertone remove user-7 --room interview`,
    )
    .action(async (participant: string, options: AdminOptions & { room: string }) =>
      (await import('./operate.ts')).remove(participant, options),
    );
}

function receiptsCommand(): Command {
  return reaching(new Command('receipts'))
    .summary('export who consented, when, to which words')
    .description(
      'Print the receipts of consents since the server started, as JSON: who, in which room, when, to which version of the words, for which purposes, and when and why it ended. The audit log (audit.path) keeps them longer.',
    )
    .option('--participant <id>', 'those of one person, by either id')
    .addHelpText(
      'after',
      `${REACHING}

Examples:
  undertone receipts > receipts.json
  undertone receipts --participant user-7`,
    )
    .action(async (options: AdminOptions & { participant?: string }) =>
      (await import('./operate.ts')).receipts(options),
    );
}

function forgetCommand(): Command {
  return reaching(new Command('forget'))
    .summary('delete what is held of somebody')
    .description(
      "Withdraw somebody's consent, clear what is held of them, and delete what was recorded. Prints a receipt of the deletion. Receipts of their consents stay, as proof.",
    )
    .argument('<participant>', 'their participant id, as in the events')
    .addHelpText(
      'after',
      `${REACHING}

Examples:
  undertone forget user-7`,
    )
    .action(async (participant: string, options: AdminOptions) =>
      (await import('./operate.ts')).forget(participant, options),
    );
}

function auditCommand(): Command {
  return new Command('audit')
    .summary('check that nobody changed an audit log')
    .description(
      'Check the chain of an audit log (audit.path): every line carries a digest of the one before it. Give rotated files oldest first. A line that was changed or removed is found; lines cut off at the end are not.',
    )
    .argument('<files...>', 'audit files, the oldest first')
    .addHelpText(
      'after',
      `
Examples:
  undertone audit audit.jsonl
  undertone audit audit.jsonl.2 audit.jsonl.1 audit.jsonl`,
    )
    .action(async (files: string[]) => (await import('./operate.ts')).audit(files));
}

function reaching(command: Command): Command {
  return command
    .option('--url <address>', 'where the server is, e.g. http://127.0.0.1:8080')
    .option('--config <file>', 'YAML file with settings (default: configs/default.yaml of the package)');
}

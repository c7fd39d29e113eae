/** The configuration cannot be used; the message names the place and what to do. The command line exits with 2. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code: 'config-invalid' | 'config-unreadable' | 'context-missing' | 'context-prohibited' | 'binding-refused';

  constructor(code: ConfigError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

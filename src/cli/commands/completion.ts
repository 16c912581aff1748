import { EXIT } from '../../report/index.js'
import { COMMANDS, type Command } from '../command-table.js'
import type { Context } from '../context.js'
import { OPTIONS, type OptionName } from '../options.js'
import { LISTS } from '../pipeline.js'

/** `kreplay completion [bash|zsh]`: a script to source. Written from the tables, so it never lags behind. */
export async function completion(context: Context): Promise<number> {
  const { invocation, surroundings, output } = context
  const shell = invocation.positionals[0] ?? surroundings.env['SHELL']?.split('/').at(-1) ?? 'bash'
  if (shell !== 'bash' && shell !== 'zsh') {
    output.diagnose({
      severity: 'error',
      code: 'usage',
      message: `there is no completion for ${shell}`,
      hint: '`kreplay completion bash` or `kreplay completion zsh`',
    })
    return EXIT.usage
  }
  output.print(shell === 'bash' ? bashScript() : zshScript())
  return EXIT.ok
}

function optionWords(command: Command): string {
  return [...command.options.map((name) => `--${name}`), '--help'].join(' ')
}

/** Fixed words that an option or a command takes. */
const WORDS: Readonly<Partial<Record<OptionName, string>>> = {
  loads: 'once each',
  plain: 'once as-written',
  side: 'before after',
  'fail-on': 'regressed changed inconclusive unmapped fixed same latent never',
  format: 'terminal json markdown reply junit sarif github',
}

function bashScript(): string {
  const names = COMMANDS.map((command) => command.name).join(' ')
  const perCommand = COMMANDS.map((command) => `    ${command.name}) options='${optionWords(command)}' ;;`)
  const perOption = Object.entries(WORDS).map(([name, words]) => {
    const alias = OPTIONS[name as OptionName].alias
    return `    --${name}${alias === undefined ? '' : `|-${alias}`}) mapfile -t COMPREPLY < <(compgen -W '${words}' -- "$word"); return ;;`
  })
  return `# bash completion for kreplay: source <(kreplay completion bash)
_kreplay() {
  local word=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command=run options
  COMPREPLY=()
  case $previous in
${perOption.join('\n')}
    list) mapfile -t COMPREPLY < <(compgen -W '${LISTS.join(' ')}' -- "$word"); return ;;
    completion) mapfile -t COMPREPLY < <(compgen -W 'bash zsh' -- "$word"); return ;;
  esac
  local candidate
  for candidate in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case " ${names} " in *" $candidate "*) command=$candidate; break ;; esac
  done
  case $command in
${perCommand.join('\n')}
  esac
  if [[ $word == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
  else
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
    [[ $COMP_CWORD == 1 ]] && mapfile -t -O \${#COMPREPLY[@]} COMPREPLY < <(compgen -W '${names}' -- "$word")
  fi
}
complete -o filenames -F _kreplay kreplay
`
}

function zshScript(): string {
  const describe = COMMANDS.map((command) => `    '${command.name}:${zshText(command.text)}'`)
  const perCommand = COMMANDS.map((command) => {
    const specs = command.options.flatMap(zshOption).map((spec) => `'${spec}'`)
    return `    ${command.name}) _arguments ${[...specs, "'--help[show help]'", `'*:argument:${zshArgument(command.name)}'`].join(' ')} ;;`
  })
  return `#compdef kreplay
# zsh completion for kreplay: source <(kreplay completion zsh)
_kreplay() {
  local -a names
  names=(
${describe.join('\n')}
  )
  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then
    _describe command names
    _files
    return
  fi
  local command=$words[2]
  (( \${names[(I)$command:*]} )) || command=run
  case $command in
${perCommand.join('\n')}
  esac
}
compdef _kreplay kreplay
`
}

/** One specification per spelling. Only values that are files are completed with files. */
function zshOption(name: OptionName): readonly string[] {
  const { alias, value, many, text } = OPTIONS[name]
  const words = WORDS[name]
  const action = words === undefined ? (value?.includes('FILE') === true ? '_files' : ' ') : `(${words})`
  const argument = value === undefined ? '' : `:${zshText(value)}:${action}`
  const spellings = [`--${name}`, ...(alias === undefined ? [] : [`-${alias}`])]
  return spellings.map((spelling) => `${many === true ? '*' : ''}${spelling}[${zshText(text)}]${argument}`)
}

function zshArgument(command: string): string {
  if (command === 'list') return `(${LISTS.join(' ')})`
  return command === 'completion' ? '(bash zsh)' : '_files'
}

/** Characters that zsh's specifications use themselves are left out. */
function zshText(text: string): string {
  return text.replace(/['[\]:|=]/g, ' ')
}

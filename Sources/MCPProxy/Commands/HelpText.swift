/// What `mcp-proxy help` prints.
package enum HelpText {
  static let short = """
    mcp-proxy: one MCP server on stdio in front of many, each guarded by a circuit
    breaker, limits and a fallback; every call leaves one line with outcome and cost

    mcp-proxy run --config mcp-proxy.json     serve the servers of a file
    mcp-proxy run -- npx -y some-server       guard one server, no file needed
    mcp-proxy check                           validate the file, start nothing
    mcp-proxy demo                            see what it does, with broken servers

      run [-c FILE | -- COMMAND ARGS…]      serve MCP on standard input and output
          [-v | -q]                         log everything, or errors only
          [--chaos [RULE]] [--chaos-seed N] inject faults, to see the guards work
      check [FILE] [--strict] [--json]      every problem as file:line:column
      demo                                  tell a session step by step
      chaos [--list] [--playbook NAME]      break a server on purpose and report
          [-c FILE] [--server NAME] [--seed N] [--real] [--json]
      example-server [OPTIONS]              a server that can misbehave
      schema                                the JSON Schema of mcp-proxy.json
      version [--json]                      version and protocol revisions
      help [COMMAND | exit-codes]           this text, or more about one of these

    \(search)
    Usage lines and logs: ~/.local/state/mcp-proxy, or below $MCP_PROXY_HOME if set.
    """

  private static let search = """
    The file is the one of --config, else $MCP_PROXY_CONFIG, else mcp-proxy.json in
    $CLAUDE_PROJECT_DIR, else in the working directory or (in a git repository) in a
    folder above it up to the root, else ~/.config/mcp-proxy/mcp-proxy.json.
    """

  /// What can be asked about: the commands, and the exit codes.
  package static let topics = Arguments.commands + ["exit-codes"]

  /// The text about a topic.
  static func about(_ topic: String) -> String {
    switch topic {
    case "run": run
    case "check": check
    case "demo": demo
    case "chaos": chaos
    case "example-server": String(ExampleOptions.usage.dropLast())
    case "schema": schema
    case "version": version
    case "exit-codes": exitCodes
    default: short
    }
  }

  private static let run = """
    usage: mcp-proxy run [-c FILE] [OPTIONS]
           mcp-proxy run [OPTIONS] -- COMMAND ARGS…

    Serves MCP on standard input and output until the client closes its side.
    It is what options without a command mean, and what no argument at all means
    where standard input is not a terminal. Also: serve.

      -c, --config FILE  serve the servers of this file
      -- COMMAND ARGS…   guard this one server, no file needed; it gets the whole
                         environment, and its tools keep their names
      -v, --verbose      log everything
      -q, --quiet        log errors only
      --chaos [RULE]     inject faults: this rule, or those of the file; repeat it
                         for more rules (docs/chaos.md)
      --chaos-seed N     draw these faults by another seed

      mcp-proxy run --config mcp-proxy.json
      mcp-proxy run -- npx -y some-server
      mcp-proxy run -c mcp-proxy.json --chaos delay:notes=300ms,p=0.2

    \(search)
    """

  private static let check = """
    usage: mcp-proxy check [FILE | -c FILE] [--strict] [--json]

    Reads a configuration, starts nothing and prints each problem as
    file:line:column. Also: validate.

      -c, --config FILE  the same as FILE
      --strict           exit with 1 if there are warnings
      --json             one object of JSON: a row for each problem, and totals

      mcp-proxy check
      mcp-proxy check --strict examples/limits.json

    \(search)
    """

  private static let demo = """
    usage: mcp-proxy demo

    Plays an example session with servers that fail, and tells step by step what
    the proxy does about it. It needs no configuration and takes some seconds.
    """

  private static let chaos = """
    usage: mcp-proxy chaos [--list] [--json]
           mcp-proxy chaos --playbook NAME [-c FILE] [OPTIONS]

    Breaks a server on purpose and reports what the client saw. Example servers
    take the place of yours, unless --real is given.

      --list             what can be played; the same as no option
      --playbook NAME    play this one
      -c, --config FILE  with the servers of this file
      --server NAME      break this server; without it each listed one in turn
      --seed N           draw the faults by another seed (1)
      --real             start your own servers and call their read-only tools
      --json             one object of JSON

      mcp-proxy chaos --playbook server-down --server notes

    \(search)
    """

  private static let schema = """
    usage: mcp-proxy schema

    Prints the JSON Schema (draft-07) of mcp-proxy.json, by which editors complete
    and explain its keys.

      mcp-proxy schema > mcp-proxy.schema.json
    """

  private static let version = """
    usage: mcp-proxy version [--json]

    Prints the version. Also: --version, -V.

      --json  one object of JSON, with the protocol revisions
    """

  private static let exitCodes = """
      0  success; run: the client closed its side, or SIGTERM
      1  check --strict: warnings only; demo: the story went differently;
         chaos: a criterion was missed, or the playbook could not be played
     64  bad arguments
     66  the configuration was not found or cannot be read
     74  input or output failed
     78  the configuration is invalid; run, chaos: not one server can be served
    130  Ctrl-C
    """
}

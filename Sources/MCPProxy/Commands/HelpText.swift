/// What `mcp-proxy help` prints.
enum HelpText {
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
      check [-c FILE] [--strict] [--json]   every problem as file:line:column
      demo                                  tell a session step by step
      chaos [--list] [--playbook NAME]      break a server on purpose and report
          [-c FILE] [--server NAME] [--seed N] [--real] [--json]
      example-server [OPTIONS]              a server that can misbehave (--help)
      schema                                the JSON Schema of mcp-proxy.json
      version [--json]                      version and protocol revisions
      help [exit-codes]                     this text, or the exit codes

    The file is the one of --config, else $MCP_PROXY_CONFIG, else mcp-proxy.json in
    the project or its parents, else ~/.config/mcp-proxy/mcp-proxy.json.
    Usage lines and logs: ~/.local/state/mcp-proxy, or below $MCP_PROXY_HOME if set.
    """

  static let exitCodes = """
      0  success; run: the client closed its side, or SIGTERM
      1  check --strict: warnings only; demo: the story went differently;
         chaos: a criterion was missed
     64  bad arguments
     66  the configuration was not found or cannot be read
     74  input or output failed
     78  the configuration is invalid; run: not one server can be served
    130  Ctrl-C
    """
}

/// How the example server is asked to behave, or to misbehave.
package struct ExampleOptions: Equatable, Sendable {
  package var name = "example-server"
  /// Only these tools are offered; `nil` offers all.
  package var tools: [ExampleTool]?
  /// The file of a stored list of tools that are offered instead.
  package var imitates: String?
  /// What that file holds.
  package var imitated: ExampleImitation?
  /// Added to every call.
  package var delay = TimeSpan.zero
  /// Nothing is read before.
  package var startDelay = TimeSpan.zero
  /// `initialize` is never answered.
  package var hangsAtStart = false
  /// Exits with this code instead of serving.
  package var exitAtStart: Int32?
  /// The tool's calls that end the process without an answer; 0 means every one of them.
  package var diesOn: [ExampleTool: Int] = [:]
  /// Exits once this many calls are answered.
  package var diesAfter: Int?
  /// Tools that run and never answer.
  package var hangsOn: Set<ExampleTool> = []
  /// JSON-RPC error codes to answer with.
  package var errorsOn: [ExampleTool: Int] = [:]
  /// Tools refused before they run, as an overloaded service does.
  package var refusesOn: Set<ExampleTool> = []
  /// Writes a line that is not JSON before each answer.
  package var writesJunk = false
  /// Bytes written to standard error before anything is read.
  package var stderrFlood = 0
  package var ignoresTerminate = false
  package var ignoresEndOfInput = false
  /// Starts a process of the same group that outlives this one.
  package var startsGrandchild = false
  /// A file that gets one line for each execution of a tool.
  package var ledger: String?
  /// The only protocol revision answered, whatever the client asks for.
  package var revision: String?
  /// With a seed, each delay is drawn between zero and `delay`.
  package var seed: UInt64?

  package init() {}
}

/// Arguments of the example server that make no sense.
package struct ExampleUsageError: Error, Equatable, Sendable {
  package let message: String
}

extension ExampleOptions {
  /// Reads the arguments that follow the command's name.
  package init(parsing arguments: some Sequence<String>) throws(ExampleUsageError) {
    var arguments = ExampleArguments(arguments)
    while let option = arguments.next() {
      switch option {
      case "--name": name = try arguments.value(of: option)
      case "--imitate": imitates = try arguments.value(of: option)
      case "--ledger": ledger = try arguments.value(of: option)
      case "--protocol": revision = try arguments.value(of: option)
      case "--seed": seed = try arguments.number(of: option, in: 0...UInt64.max)
      case "--hang-start": hangsAtStart = true
      case "--junk": writesJunk = true
      case "--ignore-term": ignoresTerminate = true
      case "--ignore-eof": ignoresEndOfInput = true
      case "--grandchild": startsGrandchild = true
      case "--delay": delay = try arguments.milliseconds(of: option)
      case "--start-delay": startDelay = try arguments.milliseconds(of: option)
      case "--exit-start": exitAtStart = try arguments.number(of: option, in: 0...255)
      case "--die-after": diesAfter = try arguments.number(of: option, in: 1...Int.max)
      case "--stderr-flood": stderrFlood = try arguments.number(of: option, in: 0...(1 << 30))
      case "--tools": tools = try arguments.tools(of: option)
      case "--hang-on": hangsOn.insert(try arguments.tool(of: option))
      case "--refuse-on": refusesOn.insert(try arguments.tool(of: option))
      case "--die-on":
        let (tool, count) = try arguments.tool(of: option, numberIn: 1...Int.max)
        diesOn[tool] = count ?? 0
      case "--error-on":
        let (tool, code) = try arguments.tool(of: option, numberIn: Int.min...Int.max)
        errorsOn[tool] = code ?? -32603
      default: throw ExampleUsageError(message: "unknown option \(option)")
      }
    }
  }

  private static let tools = ExampleTool.offered.map(\.rawValue)

  /// What `--help` prints.
  package static let usage = """
    usage: mcp-proxy example-server [OPTIONS]

    An MCP server on standard input and output, to try the proxy with. It can be
    told to misbehave. TOOL is one of
      \(tools.prefix(8).joined(separator: ", ")),
      \(tools.dropFirst(8).joined(separator: ", ")).

      --name NAME            name in the answer to initialize
      --tools TOOL,TOOL      offer only these
      --imitate FILE         offer the tools of a stored list, answer with names
      --protocol VERSION     answer initialize with this revision only
      --ledger FILE          append a line a call: tool, request id, arguments
      --delay MS             answer each call this much later
      --seed N               draw each delay from 0 to --delay; the same each time
      --start-delay MS       read nothing before
      --hang-start           never answer initialize
      --exit-start CODE      say so on standard error and exit
      --die-on TOOL[:N]      exit without an answer on each, or the Nth, call
      --die-after N          exit after N answered calls
      --hang-on TOOL         run and never answer
      --error-on TOOL[:CODE] answer with a JSON-RPC error (-32603)
      --refuse-on TOOL       answer "too many requests" without running
      --junk                 write a line that is not JSON before each answer
      --stderr-flood BYTES   write so much to standard error at the start
      --ignore-term          survive SIGTERM
      --ignore-eof           survive the end of standard input
      --grandchild           start a process of the same group that sleeps an hour
      --help                 print this

    """
}

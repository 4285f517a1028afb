/// `mcp-proxy --rehearse`: serves as the proxy of a playbook, which starts it.
package struct RehearseCommand: Subcommand, Equatable {
  package static let name = "--rehearse"

  package let options: RehearsalOptions

  package static func reading(_ words: [String]) throws(UsageError) -> any Subcommand {
    guard let options = RehearsalOptions(words) else {
      throw UsageError(text: "\(name) is for mcp-proxy chaos alone")
    }
    return Self(options: options)
  }

  package func run() throws(CommandFailure) -> Int32 {
    let kernel = try PosixKernel.forCommand()
    let source = try ConfigurationSource.required(options.configuration, kernel)
    guard let configuration = source.configuration else { return source.refuse() }
    let rehearsal = options.rehearsal
    let prepared = rehearsal.prepared(
      options.isReal ? configuration : Rehearsal.playable(configuration, source.problems),
      PlaybookSeries.standIns(options.ledger, catalog: options.catalog)
    )
    return ProxyRun(
      configuration: prepared,
      logLevel: .warn,
      kernel: kernel,
      chaos: rehearsal.chaos
    ).serve()
  }
}

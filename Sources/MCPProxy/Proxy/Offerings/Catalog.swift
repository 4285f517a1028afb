package import MCPProtocol

/// Which endpoint offers which tools, and what of that the client sees.
///
/// An endpoint that is broken keeps its tools: lists stay as they are, calls say what is wrong.
package struct Catalog: Sendable {
  private struct Source: Sendable {
    let configuration: EndpointConfiguration
    var tools: [ToolEntry]? { didSet { lookUp() } }
    /// Those of the tools that may be called, in order, and the place of each.
    private(set) var offered: [ToolEntry] = []
    private(set) var places = NameTable<Int>()
    /// The last start or list failed: nothing is to be waited for.
    var hasFailed = false
    /// The tools are those of an earlier run.
    var isStored = false

    init(configuration: EndpointConfiguration) { self.configuration = configuration }

    /// Done with each list, not with each call.
    private mutating func lookUp() {
      offered = (tools ?? []).filter { allows($0.name) }
      places = NameTable()
      for (place, tool) in offered.enumerated() where places[tool.name] == nil {
        places[tool.name] = place
      }
    }

    private func allows(_ tool: String) -> Bool {
      if configuration.excludeTools.contains(where: { Glob.matches($0, tool) }) { return false }
      return configuration.includeTools?.contains { Glob.matches($0, tool) } ?? true
    }
  }

  /// Bytes of the merged list: it goes to the client in one line.
  package static let largestList = Bounds.answer

  private var sources: [Source]
  private let names: ToolNames

  package init(_ endpoints: [EndpointConfiguration], names: ToolNames) {
    sources = endpoints.map { Source(configuration: $0) }
    self.names = names
  }

  /// Takes what an endpoint lists now.
  package mutating func set(_ tools: [ToolEntry], of endpoint: Int) {
    sources[endpoint].tools = tools
    sources[endpoint].hasFailed = false
    sources[endpoint].isStored = false
  }

  /// Takes what an endpoint listed in an earlier run, until it lists anew.
  package mutating func setStored(_ tools: [ToolEntry], of endpoint: Int) {
    guard sources[endpoint].tools == nil else { return }
    sources[endpoint].tools = tools
    sources[endpoint].isStored = true
  }

  package mutating func setFailed(_ endpoint: Int) { sources[endpoint].hasFailed = true }
  /// A new attempt to start is under way.
  package mutating func clearFailed(_ endpoint: Int) { sources[endpoint].hasFailed = false }

  package func tools(of endpoint: Int) -> [ToolEntry]? { sources[endpoint].tools }

  /// Whether there is nothing to wait for: its tools are known, or will not be.
  package func isSettled(_ endpoint: Int) -> Bool {
    sources[endpoint].tools != nil || sources[endpoint].hasFailed
      || !isUsable(sources[endpoint].configuration)
  }

  /// Whether a list waits for this endpoint.
  package func isListed(_ endpoint: Int) -> Bool {
    let configuration = sources[endpoint].configuration
    return isUsable(configuration) && !configuration.hidden
  }

  private func isUsable(_ configuration: EndpointConfiguration) -> Bool {
    if case .unusable = configuration.launch { return false }
    return !configuration.disabled
  }

  /// A tool of an endpoint, if it may be called.
  package func tool(_ name: String, of endpoint: Int) -> ToolEntry? {
    let source = sources[endpoint]
    guard isUsable(source.configuration) else { return nil }
    return source.places[name].map { source.offered[$0] }
  }

  // MARK: What the client sees

  /// The merged list and where each of its tools leads, in the order of the configuration.
  ///
  /// What makes the list too long is left out of it, but may be called; `leftOut` counts it.
  package func publish() -> (
    table: RoutingTable, list: [UInt8], leftOut: [(endpoint: Int, count: Int)]
  ) {
    var entries: [(endpoint: Int, tool: ToolEntry)] = []
    for (endpoint, source) in sources.enumerated() where isListed(endpoint) {
      for tool in source.offered { entries.append((endpoint, tool)) }
    }
    let exposed = names.names(
      entries.map { entry in
        let configuration = sources[entry.endpoint].configuration
        return ToolNames.Candidate(
          endpoint: configuration.name,
          prefix: configuration.prefix,
          tool: entry.tool.name
        )
      }
    )
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("tools")
    writer.beginArray()
    var leftOut: [(endpoint: Int, count: Int)] = []
    for (entry, name) in zip(entries, exposed) {
      // A comma before it, and the brackets that close the list.
      if writer.bytes.count + entry.tool.size(as: name) + 3 <= Self.largestList {
        entry.tool.write(as: name, to: &writer)
      } else if leftOut.last?.endpoint == entry.endpoint {
        leftOut[leftOut.count - 1].count += 1
      } else {
        leftOut.append((entry.endpoint, 1))
      }
    }
    writer.endArray()
    writer.endObject()
    let routes = zip(entries, exposed).map { route($0.endpoint, $0.tool, named: $1) }
    return (RoutingTable(routes), writer.bytes, leftOut)
  }

  private func route(_ endpoint: Int, _ tool: ToolEntry, named name: String) -> Route {
    let configuration = sources[endpoint].configuration
    let policy = configuration.policy
    let own = configuration.tools[tool.name]
    let timeout = own?.timeout ?? policy.timeout.call
    return Route(
      name: name,
      endpoint: endpoint,
      tool: Self.reference(tool),
      effect: configuration.effect(of: tool),
      schemaHash: tool.schemaHash,
      fallback: configuration.fallback.compactMap { name in
        sources.firstIndex { $0.configuration.name == name && isUsable($0.configuration) }
      },
      timeout: timeout,
      longest: max(timeout, policy.timeout.max)
    )
  }

  package static func reference(_ tool: ToolEntry) -> ToolReference {
    var writer = JSONWriter()
    writer.string(tool.name)
    return ToolReference(index: tool.number, name: tool.name, token: writer.bytes)
  }
}

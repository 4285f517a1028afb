package import MCPProtocol

/// Which endpoint offers what, and what of that the client sees.
///
/// An endpoint that is broken keeps its tools: lists stay as they are, calls say what is wrong.
/// Tools only: another kind of list is one more member of `Source`, filled by its own entries.
package struct Offerings: Sendable {
  private struct Source: Sendable {
    let endpoint: Endpoint
    var tools: [ToolEntry]? { didSet { lookUp() } }
    /// Those of the tools that may be called, in order, and the place of each.
    private(set) var offered: [ToolEntry] = []
    private(set) var places = NameTable<Int>()
    /// The last start or list failed: nothing is to be waited for.
    var hasFailed = false

    init(_ endpoint: Endpoint) { self.endpoint = endpoint }

    var configuration: EndpointConfiguration { endpoint.configuration }
    var isUsable: Bool { configuration.unusable == nil }
    /// Whether a list waits for this endpoint.
    var isListed: Bool { isUsable && !configuration.hidden }
    /// Whether there is nothing to wait for: its tools are known, or will not be.
    var isSettled: Bool { tools != nil || hasFailed || !isUsable }

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

  /// What the client can call, and what could not be listed.
  package struct Publication {
    package let table: RoutingTable
    /// Equal for lists that are equal byte for byte, in one run.
    package let mark: Int
    /// How many tools were left out because the list would be too long; they may be called.
    package let leftOut: [(endpoint: Endpoint, count: Int)]
  }

  private var sources: [Source] = []
  private var places: [ObjectIdentifier: Int] = [:]
  private let names: ToolNames

  package init(_ endpoints: [Endpoint], names: ToolNames) {
    self.names = names
    for endpoint in endpoints { add(endpoint) }
  }

  // MARK: Endpoints

  /// The endpoints, in the order of the configuration.
  package var endpoints: [Endpoint] { sources.map(\.endpoint) }

  /// Another endpoint joins, behind the others.
  package mutating func add(_ endpoint: Endpoint) {
    places[ObjectIdentifier(endpoint)] = sources.count
    sources.append(Source(endpoint))
  }

  /// An endpoint leaves: no new call goes there.
  package mutating func remove(_ endpoint: Endpoint) {
    sources.removeAll { $0.endpoint === endpoint }
    places.removeAll()
    for (place, source) in sources.enumerated() {
      places[ObjectIdentifier(source.endpoint)] = place
    }
  }

  private func place(of endpoint: Endpoint) -> Int? { places[ObjectIdentifier(endpoint)] }

  private func source(_ endpoint: Endpoint) -> Source? {
    place(of: endpoint).map { sources[$0] }
  }

  // MARK: What they list

  /// Takes what an endpoint lists now; returns whether that is something else than before.
  package mutating func set(_ tools: [ToolEntry], of endpoint: Endpoint) -> Bool {
    guard let place = place(of: endpoint) else { return false }
    sources[place].hasFailed = false
    guard sources[place].tools != tools else { return false }
    sources[place].tools = tools
    return true
  }

  /// Takes what an endpoint listed in an earlier run, until it lists anew.
  package mutating func setStored(_ tools: [ToolEntry], of endpoint: Endpoint) {
    guard let place = place(of: endpoint), sources[place].tools == nil else { return }
    sources[place].tools = tools
  }

  /// Nothing comes from an endpoint for now, or a new attempt to start it is under way.
  package mutating func setFailed(_ hasFailed: Bool, _ endpoint: Endpoint) {
    if let place = place(of: endpoint) { sources[place].hasFailed = hasFailed }
  }

  package func tools(of endpoint: Endpoint) -> [ToolEntry]? { source(endpoint)?.tools }

  /// A tool of an endpoint, if it may be called.
  package func tool(_ name: String, of endpoint: Endpoint) -> ToolEntry? {
    guard let source = source(endpoint), source.isUsable else { return nil }
    return source.places[name].map { source.offered[$0] }
  }

  package func hasFailed(_ endpoint: Endpoint) -> Bool { source(endpoint)?.hasFailed ?? false }

  package func isSettled(_ endpoint: Endpoint) -> Bool { source(endpoint)?.isSettled ?? true }

  /// Whether no list is waited for.
  package var isSettled: Bool { sources.allSatisfy { !$0.isListed || $0.isSettled } }

  /// Endpoints whose lists are waited for.
  package var unsettled: [Endpoint] {
    sources.filter { $0.isListed && !$0.isSettled }.map(\.endpoint)
  }

  /// Endpoints that have never said what tools they have.
  package var unlisted: [Endpoint] {
    sources.filter { $0.isListed && $0.tools == nil }.map(\.endpoint)
  }

  /// Whether an endpoint can stand in, as far as is known, for a tool with these arguments.
  package func mayStandIn(_ endpoint: Endpoint, _ tool: String, _ schemaHash: UInt64) -> Bool {
    guard let source = source(endpoint) else { return false }
    guard source.tools != nil else { return !source.isSettled }
    return self.tool(tool, of: endpoint)?.schemaHash == schemaHash
  }

  // MARK: What the client sees

  /// Bytes of the merged list: it goes to the client in one line.
  package static let largestList = Bounds.answer

  private static let opening = Array(#"{"tools":["#.utf8)
  private static let closing = Array("]}".utf8)

  /// Where each tool leads, in the order of the configuration.
  package func publish() -> Publication {
    let entries = listed
    let exposed = names.names(
      entries.map { entry in
        let configuration = entry.source.configuration
        return ToolNames.Candidate(
          endpoint: configuration.name,
          prefix: configuration.prefix,
          tool: entry.tool.name
        )
      }
    )
    var hasher = Hasher()
    var room = Self.largestList - Self.opening.count - Self.closing.count
    var leftOut: [(endpoint: Endpoint, count: Int)] = []
    var isListed: [Bool] = []
    for (entry, name) in zip(entries, exposed) {
      // A comma before it.
      let size = entry.tool.size(as: name) + 1
      isListed.append(size <= room)
      if size <= room {
        room -= size
        hasher.combine(name)
        unsafe entry.tool.members.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
      } else if leftOut.last?.endpoint === entry.source.endpoint {
        leftOut[leftOut.count - 1].count += 1
      } else {
        leftOut.append((entry.source.endpoint, 1))
      }
    }
    let routes = zip(entries, exposed).map { route($0.source, $0.tool, named: $1) }
    let table = RoutingTable(routes, isListed: isListed)
    return Publication(table: table, mark: hasher.finalize(), leftOut: leftOut)
  }

  /// The merged list as the client is to get it, under the names of the table.
  ///
  /// Written when it is asked for: kept, it would cost its size for ever.
  package func list(_ table: RoutingTable) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("tools")
    writer.beginArray()
    for (place, entry) in listed.enumerated() where table.isListed(place) {
      entry.tool.write(as: table.routes[place].name, to: &writer)
    }
    writer.endArray()
    writer.endObject()
    return writer.bytes
  }

  private var listed: [(source: Source, tool: ToolEntry)] {
    sources.filter(\.isListed).flatMap { source in source.offered.map { (source, $0) } }
  }

  private func route(_ source: Source, _ tool: ToolEntry, named name: String) -> Route {
    let configuration = source.configuration
    let policy = configuration.policy
    let timeout = configuration.tools[tool.name]?.timeout ?? policy.timeout.call
    return Route(
      name: name,
      endpoint: source.endpoint,
      tool: ToolReference(tool),
      effect: configuration.effect(of: tool),
      schemaHash: tool.schemaHash,
      standIns: configuration.fallback.compactMap { name in
        sources.first { $0.configuration.name == name && $0.isUsable }?.endpoint
      },
      timeout: timeout,
      longest: max(timeout, policy.timeout.max)
    )
  }
}

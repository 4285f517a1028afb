package import MCPProtocol

/// Where each name leads, kept up to date with what endpoints list, and stored for the next start.
package struct Directory {
  package private(set) var offerings: Offerings
  /// What the client calls its tools, and where that leads.
  package private(set) var table: RoutingTable
  /// Equal for lists that are equal byte for byte.
  package private(set) var mark: Int
  /// Endpoints that take no new calls and are ended when they have none.
  package private(set) var leaving: [Endpoint] = []
  private var review = StandInReview()
  /// nil: nothing is stored.
  private var store: OfferingsStore?
  private let separator: String
  private let log: Log

  package init(
    _ endpoints: [Endpoint],
    _ settings: ProxySettings,
    _ store: OfferingsStore,
    _ log: Log
  ) {
    self.log = log
    self.store = settings.catalog == .stored ? store : nil
    separator = settings.separator
    let names = ToolNames(separator: separator, longest: settings.maxToolName)
    offerings = Offerings(endpoints, names: names)
    let published = offerings.publish()
    (table, mark) = (published.table, published.mark)
  }

  package var endpoints: [Endpoint] { offerings.endpoints }
  /// The merged list as the client gets it.
  package var list: [UInt8] { offerings.list(table) }

  // MARK: What endpoints list

  /// Takes what was listed in an earlier run, so that it can be served at once.
  package mutating func load() {
    guard let store else { return }
    for endpoint in endpoints {
      guard var tools = store.load(of: endpoint.configuration) else { continue }
      for index in tools.indices {
        tools[index].number = endpoint.onLoop(tools[index].name) { $0.number(ofTool: $1) }
      }
      offerings.setStored(tools, of: endpoint)
    }
    publish()
  }

  /// Takes what an endpoint lists now.
  package mutating func listed(by endpoint: Endpoint, _ tools: [ToolEntry]) {
    if offerings.set(tools, of: endpoint) {
      publish()
      store?.save(tools, of: endpoint.configuration)
    }
    for warning in review.warnings(about: endpoint, table.routes, offerings) { log.warn(warning) }
  }

  /// An endpoint cannot say what it offers, or (false) is asked once more.
  package mutating func setFailed(_ hasFailed: Bool, _ endpoint: Endpoint) {
    offerings.setFailed(hasFailed, endpoint)
  }

  /// An endpoint joins: its names lead to it once its lists are known.
  package mutating func add(_ endpoint: Endpoint) { offerings.add(endpoint) }

  /// An endpoint leaves: its names lead nowhere at once.
  package mutating func remove(_ endpoint: Endpoint) {
    offerings.remove(endpoint)
    leaving.append(endpoint)
    publish()
  }

  /// Takes out the endpoints that have left and have no call any more.
  package mutating func takeDrained(except busy: [Endpoint]) -> [Endpoint] {
    let drained = leaving.filter { endpoint in !busy.contains { $0 === endpoint } }
    leaving.removeAll { endpoint in drained.contains { $0 === endpoint } }
    return drained
  }

  private mutating func publish() {
    let published = offerings.publish()
    (table, mark) = (published.table, published.mark)
    for (endpoint, count) in published.leftOut {
      log.warn(
        "\(count) tools of endpoint \"\(endpoint.name)\" are not listed: the list has "
          + "reached the limit of \(Offerings.largestList >> 20) MB for one message; leave out "
          + "with excludeTools what is not needed"
      )
    }
  }

  // MARK: Names that lead nowhere

  /// As long as an endpoint may take to start, but no longer than the call may take at any endpoint
  /// whose tools have such names; at any at all, if none has.
  package func patience(_ name: String) -> TimeSpan {
    let all = endpoints.map(\.configuration)
    let named = all.filter { $0.prefix.isEmpty || name.hasPrefix($0.prefix + separator) }
    let times = (named.isEmpty ? all : named).flatMap { endpoint in
      [endpoint.policy.timeout.call] + endpoint.tools.values.compactMap(\.timeout)
    }
    return times.reduce(.seconds(30), min)
  }

  /// What is said of a call whose tool is not known; nil: the name is no string.
  package func unknown(_ name: String?) -> String {
    guard let name else { return "Invalid params: name must be a string" }
    let text = "Unknown tool: \(name.prefix(200))"
    let starting = offerings.unsettled
    if !starting.isEmpty {
      let names = starting.map { "\"\($0.name)\"" }.joined(separator: ", ")
      return "\(text). Not known yet are the tools of \(names), still starting. Try again."
    }
    for endpoint in endpoints {
      let prefix = endpoint.configuration.prefix
      guard case .unusable(let reason) = endpoint.configuration.launch, !prefix.isEmpty,
        name.hasPrefix(prefix + separator)
      else { continue }
      return "\(text). Server \"\(endpoint.name)\" cannot be used: \(reason)"
    }
    return text
  }
}

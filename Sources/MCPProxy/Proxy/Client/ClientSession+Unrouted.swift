import MCPProtocol

// Calls of tools that are not known, or not yet.
extension ClientSession {
  /// A call whose tool is not known, or not yet.
  func answerUnrouted(_ number: UInt64, _ message: ClientMessage, _ began: Instant) async {
    guard let route = await route(of: message, number), loop.now - began < route.timeout else {
      return refuseCall(number, message, began, unknownTool(message))
    }
    guard hasArguments(message) else {
      return refuseCall(number, message, began, "Invalid params: arguments must be an object")
    }
    await answerCall(CallFlow(number: number, message, route, began: began), after: nil)
  }

  /// Finds the route; a tool that is not known yet may be one of an endpoint that still starts.
  private func route(of message: ClientMessage, _ number: UInt64) async -> Route? {
    let (line, name) = (message.line, message.envelope.name)
    if let route = table.route(line, name) { return route }
    await startEndpoints()
    await expectUnlisted()
    guard !allListsAreSettled else { return nil }
    let deadline = loop.now + routePatience(toolName(message) ?? "")
    await waitUntil(deadline) { session in
      session.allListsAreSettled || session.table.route(line, name) != nil
        || session.isCancelled(number)
    }
    // What becomes known in the last moment has no time left to be called in.
    return loop.now < deadline ? table.route(line, name) : nil
  }

  /// Endpoints that have not said what tools they have may do so when they are started again.
  private func expectUnlisted() async {
    for endpoint in unlisted where await endpoint.demandStart() {
      catalog.clearFailed(endpoint.index)
    }
  }

  /// As long as an endpoint may take to start, but no longer than the call may take at any endpoint
  /// whose tools have such names; at any at all, if none has.
  private func routePatience(_ name: String) -> TimeSpan {
    let all = endpoints.map(\.configuration)
    let named = all.filter { endpoint in
      endpoint.prefix.isEmpty || name.hasPrefix(endpoint.prefix + settings.separator)
    }
    let times = (named.isEmpty ? all : named).flatMap { endpoint in
      [endpoint.policy.timeout.call] + endpoint.tools.values.compactMap(\.timeout)
    }
    return times.reduce(.seconds(30), min)
  }

  private func unknownTool(_ message: ClientMessage) -> String {
    guard let name = toolName(message) else { return "Invalid params: name must be a string" }
    let text = "Unknown tool: \(name.prefix(200))"
    let starting = endpoints.filter {
      catalog.isListed($0.index) && !catalog.isSettled($0.index)
    }
    if !starting.isEmpty {
      let names = starting.map { "\"\($0.name)\"" }.joined(separator: ", ")
      return "\(text). Not known yet are the tools of \(names), still starting. Try again."
    }
    for endpoint in endpoints {
      let prefix = endpoint.configuration.prefix
      guard case .unusable(let reason) = endpoint.configuration.launch, !prefix.isEmpty,
        name.hasPrefix(prefix + settings.separator)
      else { continue }
      return "\(text). Server \"\(endpoint.name)\" cannot be used: \(reason)"
    }
    return text
  }

  func toolName(_ message: ClientMessage) -> String? {
    let (line, name) = (message.line, message.envelope.name)
    guard !name.isEmpty, line[name.lowerBound] == UInt8(ascii: "\"") else { return nil }
    return JSONDocument.decodeString(line, name)
  }

  /// A call that cannot be routed: a protocol error (MCP 2025-11-25, tools).
  private func refuseCall(
    _ number: UInt64,
    _ message: ClientMessage,
    _ began: Instant,
    _ text: String
  ) {
    guard let call = unregister(number) else { return }
    guard call.isCancelled else { return refuseCall(message, -32602, text, call.batch, began) }
    var record = refusedRecord(message, began)
    record.status = .cancelled
    forgo(call.batch)
    append(record)
  }
}

package import MCPProtocol

// The list of tools: merged, stored, and announced anew only when it has really changed.
extension ClientSession {
  /// How long a list waits for endpoints whose tools are not known: under the 5 s after which
  /// the least patient client gives up.
  static let listPatience = TimeSpan.seconds(4)
  /// Changes that come close together are announced once.
  private static let changeDelay = TimeSpan.milliseconds(200)

  func answerList(_ number: UInt64) async {
    await startEndpoints()
    await reviveUnlisted()
    await waitUntil(loop.now + Self.listPatience) { $0.allListsAreSettled }
    guard let call = unregister(number) else { return }
    guard !call.isCancelled else { return forgo(call.batch) }
    listKnown = list
    deliver(ResponseLine.result(id: call.id.json, list) + newline, call.batch)
  }

  /// Starts again what crashed before it ever said what tools it has, once its wait is over:
  /// no call can be routed to it, so none would.
  func reviveUnlisted() async {
    for endpoint in unlisted where await endpoint.revive() {
      catalog.clearFailed(endpoint.index)
    }
  }

  /// Endpoints that have never said what tools they have.
  var unlisted: [Endpoint] {
    endpoints.filter { catalog.isListed($0.index) && catalog.tools(of: $0.index) == nil }
  }

  var allListsAreSettled: Bool {
    endpoints.allSatisfy { !catalog.isListed($0.index) || catalog.isSettled($0.index) }
  }

  /// Waits for lists to come in until `isEnough` is content or the time is up.
  func waitUntil(_ deadline: Instant, _ isEnough: (isolated ClientSession) -> Bool) async {
    while !isEnough(self), loop.now < deadline, !isEnding {
      lastCall += 1
      let number = lastCall
      let timer = loop.setTimer(at: deadline, owner: self, token: number)
      await unsafe withUnsafeContinuation { continuation in
        var waiter = Waiter()
        unsafe waiter.wait(continuation)
        listWaiters[number] = waiter
      }
      loop.cancelTimer(timer)
    }
  }

  func resumeListWaiters() {
    let waiters = listWaiters.sorted { $0.key < $1.key }
    listWaiters.removeAll()
    for (_, var waiter) in waiters { waiter.resume() }
  }

  // MARK: What endpoints report

  package func toolsListed(by endpoint: Int, _ tools: [ToolEntry]) async {
    let isNew = catalog.tools(of: endpoint) != tools
    catalog.set(tools, of: endpoint)
    if isNew {
      publish()
      if settings.catalog == .stored { await store.save(tools, of: endpoints[endpoint]) }
    }
    let names = endpoints.map(\.name)
    for warning in standIns.warnings(about: endpoint, table.routes, catalog, names: names) {
      log.warn(warning)
    }
    resumeListWaiters()
  }

  package func listingFailed(by endpoint: Int) {
    catalog.setFailed(endpoint)
    resumeListWaiters()
  }

  func loadStoredTools() async {
    guard settings.catalog == .stored else { return }
    for endpoint in endpoints {
      guard var tools = await store.load(of: endpoint) else { continue }
      for index in tools.indices {
        tools[index].number = await endpoint.number(ofTool: tools[index].name)
      }
      catalog.setStored(tools, of: endpoint.index)
    }
    publish()
  }

  private func publish() {
    let published = catalog.publish()
    (table, list) = (published.table, published.list)
    for (endpoint, count) in published.leftOut {
      log.warn(
        "\(count) tools of endpoint \"\(endpoints[endpoint].name)\" are not listed: the list has "
          + "reached the limit of \(Catalog.largestList >> 20) MB for one message; leave out with "
          + "excludeTools what is not needed"
      )
    }
    guard let known = listKnown, known != list, changeTimer == nil else { return }
    changeTimer = loop.setTimer(
      at: loop.now + Self.changeDelay,
      owner: self,
      token: Self.changeToken
    )
  }

  func announceChange() {
    // It may have changed back in the meantime.
    guard isInitialized, listKnown != list else { return }
    listKnown = list
    send(Array(#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#.utf8) + newline)
  }
}

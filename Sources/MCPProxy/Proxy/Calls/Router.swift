package import MCPProtocol

/// Whose call goes where, once more or not, and what is booked of it.
///
/// Between those who call and the endpoints that answer; knows neither a connection nor a process.
package actor Router: EndpointEvents, LoopBound {
  package nonisolated let loop: EventLoop
  var directory: Directory
  var calls = NumberTable<Call>()
  var expected = Expectations()
  var followers = Followers()
  private var usage: UsageLog
  private var timer = LoopTimer()
  private var lastNumber: UInt64 = 0
  /// Who is told what concerns no call; lives as long as the program.
  private var caller: (any Caller)?
  private var phase = Phase()
  private var terms = ClientTerms()
  private var stopWaiter = Waiter()

  /// How far the run is.
  private struct Phase {
    var hasStarted = false
    /// Nobody waits any more, and nothing new comes.
    var isEnding = false
    var flushIsDue = false
    /// Endpoints of which something is left.
    var running = 0
  }

  package init(loop: EventLoop, _ directory: Directory, _ usage: UsageLog) {
    self.loop = loop
    self.directory = directory
    self.usage = usage
  }

  /// Sets who is told what concerns no call.
  package func attach(_ caller: any Caller) { self.caller = caller }

  /// The simulation ends a cycle of references with it.
  package func detach() { caller = nil }

  // MARK: The run

  /// Follows calls that need more than one step, until `end` was called and every call has ended.
  package func run() async {
    await withDiscardingTaskGroup { group in
      while !phase.isEnding || !isIdle {
        if followers.isEmpty {
          await unsafe withUnsafeContinuation { unsafe followers.wait($0) }
        }
        while let number = followers.next() { group.addTask { await self.follow(number) } }
      }
    }
    usage.flush()
  }

  /// Whether every request has ended.
  package var isIdle: Bool { calls.isEmpty && expected.isEmpty && followers.isEmpty }
  /// Requests that have not ended.
  package var openRequests: Int { calls.count + expected.listCount }
  var isEnding: Bool { phase.isEnding }

  /// Takes what was stored, so that it can be served at once.
  package func load() { directory.load() }

  /// Starts what will be needed for lists; the rest starts with its first call.
  package func start() {
    guard !phase.hasStarted else { return }
    phase.hasStarted = true
    for endpoint in directory.endpoints {
      let configuration = endpoint.configuration
      // A hidden one stands in for others: it is only quick if it runs.
      let isKnown = configuration.hidden || directory.offerings.tools(of: endpoint) != nil
      if configuration.lazy, isKnown { continue }
      _ = endpoint.onLoop(()) { endpoint, _ in endpoint.demandStart() }
    }
  }

  /// What the client's session asks of all servers, those to come included.
  package func take(_ terms: ClientTerms) {
    self.terms = terms
    for endpoint in directory.endpoints { endpoint.onLoop(terms) { $0.take($1) } }
  }

  /// Passes on a message to all servers.
  package func forward(_ line: [UInt8]) {
    for endpoint in directory.endpoints { endpoint.onLoop(line) { $0.forward($1) } }
  }

  /// Nothing new comes, and nobody waits for another try or for what is not known yet.
  package func end() {
    phase.isEnding = true
    followers.wakeSleepers(at: loop.now) { _ in true }
    lookAgain()
    followers.wake()
  }

  /// Returns when nothing is left of the endpoints that were ended.
  package func untilStopped() async {
    while phase.running > 0 { await unsafe withUnsafeContinuation { unsafe stopWaiter.wait($0) } }
  }

  /// Ends all endpoints; at once, if the user asks twice.
  package func stopAll(isHurried: Bool = false) {
    for endpoint in directory.endpoints + directory.leaving {
      endpoint.onLoop(()) { endpoint, _ in endpoint.stop() }
      if isHurried { endpoint.onLoop(()) { endpoint, _ in endpoint.kill() } }
    }
  }

  package func expectStops() { phase.running = directory.endpoints.count }

  package nonisolated func stopped(_ endpoint: Endpoint) {
    onLoop(()) { router, _ in
      router.phase.running -= 1
      router.stopWaiter.resume()
    }
  }

  /// Endpoints that join and leave while calls go on: names of the new lead to them once their
  /// lists are known; those of the gone lead nowhere at once, and they end with their last call.
  package func apply(joining: [Endpoint], leaving: [Endpoint]) {
    for endpoint in joining {
      directory.add(endpoint)
      phase.running += 1
      endpoint.onLoop(terms) { $0.take($1) }
      if phase.hasStarted { _ = endpoint.onLoop(()) { endpoint, _ in endpoint.demandStart() } }
    }
    for endpoint in leaving { directory.remove(endpoint) }
    endDrained()
    listMayHaveChanged()
  }

  private func endDrained() {
    guard !directory.leaving.isEmpty else { return }
    let busy = calls.sortedNumbers.compactMap { calls[$0]?.present?.endpoint }
    for endpoint in directory.takeDrained(except: busy) {
      endpoint.onLoop(()) { endpoint, _ in endpoint.stop() }
    }
  }

  // MARK: Numbers, books, time

  func nextNumber() -> UInt64 {
    lastNumber += 1
    return lastNumber
  }

  /// Names the client in the lines of calls that end from now on.
  package func setClient(name: String?, version: String?, proto: String) {
    usage.setClient(name: name, version: version, proto: proto)
  }

  /// Enters a finished call into the books, after its answer.
  func book(_ record: UsageRecord) {
    usage.append(record)
    guard !phase.flushIsDue else { return }
    phase.flushIsDue = true
    loop.atEndOfTurn(self)
  }

  package func turnEnded() {
    // The client has its answer first.
    phase.flushIsDue = false
    usage.turnEnded()
    wake()
  }

  package func timerFired() {
    timer.fired()
    usage.expire(at: loop.now)
    followers.wakeSleepers(at: loop.now) { _ in false }
    lookAgain()
    wake()
  }

  /// Sets the timer to the first time at which something is to be done.
  func wake() {
    let waiting = Instant.earlier(expected.nextDeadline, followers.nextDeadline)
    timer.set(Instant.earlier(waiting, usage.nextDeadline), for: self)
  }

  /// A request has ended: it may have been the last.
  func requestEnded() {
    endDrained()
    if phase.isEnding, isIdle { followers.wake() }
  }

  // MARK: What endpoints tell

  package nonisolated func listed(by endpoint: Endpoint, _ tools: [ToolEntry]) {
    onLoop((endpoint, tools)) { router, news in
      router.directory.listed(by: news.0, news.1)
      router.listMayHaveChanged()
    }
  }

  package nonisolated func listingFailed(by endpoint: Endpoint) {
    onLoop(endpoint) { router, endpoint in
      router.directory.setFailed(true, endpoint)
      router.lookAgain()
    }
  }

  private func listMayHaveChanged() {
    caller?.told(.list(mark: directory.mark))
    lookAgain()
  }

  package nonisolated func said(by endpoint: Endpoint, _ line: [UInt8], _ envelope: Envelope) {
    onLoop((endpoint, line, envelope)) {
      $0.caller?.told(.notification($1.0, line: $1.1, $1.2))
    }
  }

  package nonisolated func asked(by endpoint: Endpoint, _ question: ServerQuestion) -> Reply {
    onLoop((endpoint, question)) { $0.caller?.asked(by: $1.0, $1.1) ?? .later }
  }

  package nonisolated func takenBack(by endpoint: Endpoint, _ number: UInt64) {
    onLoop((endpoint, number)) { $0.caller?.takenBack(by: $1.0, $1.1) }
  }
}

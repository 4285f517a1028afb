import MCPProtocol

/// One entry of the configuration: its policy, the calls that wait, the servers it runs.
///
/// A server is a `Replica`; today there is one. Commands come from the router and return; what
/// happens goes up to it, last.
package actor Endpoint: LoopBound {
  package nonisolated let loop: EventLoop
  package nonisolated let configuration: EndpointConfiguration
  nonisolated let log: Log
  /// Lives as long as the program.
  private(set) var events: (any EndpointEvents)?
  private(set) var replicas: [Replica] = []
  var lobby: Lobby
  private var tools = ToolNumbers()
  private var timer = LoopTimer()
  private var flushIsDue = false

  /// Makes the way to a server: for an endpoint, under a part of its tokens; what happens at other
  /// times than when a stream is ready is told to the last.
  package typealias LinkMaker = (Endpoint, UInt64, @escaping @Sendable (LinkEvent) -> Void) ->
    any Link

  package init(_ configuration: EndpointConfiguration, loop: EventLoop, log: Log) {
    self.configuration = configuration
    self.loop = loop
    self.log = log
    lobby = Lobby(configuration.policy, at: loop.now)
  }

  package nonisolated var name: String { configuration.name }

  /// Gives it its servers, one for each link, and who hears of them.
  package func attach(to events: any EndpointEvents, _ links: [LinkMaker]) {
    self.events = events
    replicas = links.enumerated().map { number, make in
      let link = make(self, UInt64(number) << ProcessLink.streamBits) { [unowned self] event in
        self.onLoop((number, event)) { $0.happened($1.1, on: $1.0) }
      }
      return Replica(configuration, link, number: number, log: log)
    }
  }

  /// The simulation ends a cycle of references with it.
  package func detach() { events = nil }

  /// The number by which guards know a tool; given once and kept.
  package func number(ofTool name: String) -> Int {
    let number = tools.number(of: name)
    if let limit = configuration.tools[name]?.rateLimit {
      lobby.limit(number, to: limit, at: loop.now)
    }
    return number
  }

  /// Numbers what a server lists now, and forgets what is listed no more.
  func numbered(_ listed: [ToolEntry]) -> [ToolEntry] {
    // Those with a limit of their own keep it, also if they are listed only now and then.
    tools.makeRoom(for: listed.map(\.name), most: 2 * Bounds.entries) {
      configuration.tools[$0] != nil
    }
    return listed.map { entry in
      var entry = entry
      entry.number = number(ofTool: entry.name)
      return entry
    }
  }

  // MARK: Commands

  /// Starts the servers that do not run, unless they wait for their time to be started again.
  ///
  /// Returns whether one runs or will; false: there is nothing to wait for.
  @discardableResult package func demandStart() -> Bool {
    let now = loop.now
    for replica in replicas { perform(replica.demand(at: now), on: replica) }
    return replicas.contains { $0.life.canServe(at: now) }
  }

  /// Starts what crashed again if its wait is over; returns whether that was so.
  package func revive() -> Bool {
    let now = loop.now
    let isCrashed = replicas.contains { $0.life.isCrashed && $0.life.canServe(at: now) }
    return isCrashed && demandStart()
  }

  /// Ends the servers in good order: end of input, then TERM, then KILL, in 1.7 s at most.
  package func stop() {
    for replica in replicas { perform(replica.stop(at: loop.now), on: replica) }
    refuseWaiting(.shuttingDown)
    settle()
  }

  /// Stops waiting: the user asked twice.
  package func kill() { for replica in replicas { replica.link.abandon() } }

  /// Passes on a message of the client's that is already in the servers' terms.
  package func forward(_ line: [UInt8]) { tell { $0.forward(line) } }

  /// What the client's session asks of the servers.
  package func take(_ terms: ClientTerms) { tell { $0.take(terms) } }

  private func tell(_ command: (Replica) -> Void) {
    for replica in replicas { command(replica) }
    settle()
  }

  // MARK: Loop callbacks

  package func descriptorReady(_ token: UInt64, _ interest: Interest) {
    let replica = replicas[Int(token >> ProcessLink.streamBits)]
    let stream = token & (1 << ProcessLink.streamBits - 1)
    let event = replica.link.ready(stream, interest) { take($0, from: replica) }
    if let event { happened(event, of: replica) }
    // A fault that was injected may be due before anything else.
    if replica.link.nextDeadline != nil { settle() }
  }

  /// An answer leaves nothing to do at the end of the turn, and nearly every line is one.
  @inline(__always)
  func take(_ line: LinkLine, from replica: Replica) {
    guard let event = replica.receive(line, at: loop.now) else { return settle() }
    handle(event, of: replica)
  }

  package func turnEnded() {
    flushIsDue = false
    for replica in replicas { if let event = replica.link.flush() { happened(event, of: replica) } }
    wake()
  }

  package func timerFired() {
    timer.fired()
    for replica in replicas {
      for event in replica.expire(moment, { take($0, from: replica) }) {
        handle(event, of: replica)
      }
    }
    admitWaiting()
    settle()
  }

  /// What was put on its way goes out at the end of the turn.
  func settle() {
    if !flushIsDue {
      flushIsDue = true
      loop.atEndOfTurn(self)
    }
  }

  /// Sets the timer to the first time at which a part is to be woken.
  private func wake() {
    var next = lobby.nextDeadline
    for replica in replicas { next = Instant.earlier(next, replica.nextDeadline) }
    timer.set(next, for: self)
  }

  /// What is wrong with its parts, if anything is; the simulation asks after every turn.
  package func check() -> String? {
    lobby.check() ?? replicas.lazy.compactMap { $0.check() }.first
  }
}

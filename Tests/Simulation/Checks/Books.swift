/// P23 to P26: the usage log and the history of processes.
final class Books {
  /// One usage line that the proxy has handed to the system.
  struct Line {
    let bytes: [UInt8]
    /// Whether the write it was part of succeeded; a short one counts as lost altogether.
    let isWritten: Bool
    /// Whether it is the first of its write, which says how many lines were lost before.
    let isFirst: Bool
  }

  private struct Start {
    let at: Instant
    var end: Instant?
    var status: ExitStatus?
    var wasReady = false
  }

  private(set) var lines: [Line] = []
  private var starts: [Int: [Start]] = [:]
  private var listed: Set<Int> = []
  private var reaperStarts = 0
  /// When there must be a reaper again, as long as there is none.
  private var reaperDue: Instant?
  private var wasCrashed: Set<Int> = []

  /// Whether an endpoint's tools were ever known to the proxy.
  func wasListed(_ endpoint: Int) -> Bool { listed.contains(endpoint) }

  /// Times the log could not be opened, and whether that was the last thing that happened to it.
  private var unopened = 0
  private var unopenedAtEnd = false
  /// Whether the books are incomplete, so that they prove nothing about what is not in them.
  private(set) var linesAreMissing = false

  // MARK: The usage log

  func couldNotOpen() {
    unopened += 1
    unopenedAtEnd = true
  }

  func appended(_ world: World, _ bytes: [UInt8], taken: Int) {
    unopenedAtEnd = false
    for (place, line) in bytes.split(separator: UInt8(ascii: "\n")).enumerated() {
      lines.append(
        Line(bytes: Array(line), isWritten: taken == bytes.count, isFirst: place == 0)
      )
    }
    if bytes.last != UInt8(ascii: "\n") { world.fail("P24", "a usage line without an end") }
  }

  /// Every call has one line, and each says what happened.
  func check(_ world: World) {
    guard world.plan.settings.usageDirectory != .off else { return }
    var owners: [String: [Int]] = [:]
    for request in world.client.calls.values.sorted(by: { $0.k < $1.k })
    where request.isCall && request.read != nil {
      owners[Self.name(request.id), default: []].append(request.k)
    }
    let doubles = Set(owners.filter { $0.value.count > 1 }.keys)
    var lost = 0
    var unseen = 0
    var number = 0
    for line in lines {
      number += 1
      let json = TinyJSON(line.bytes)
      guard let record = json.whole else { return world.fail("P24", "usage line \(number)") }
      let sequence = json.int(json.at(record, "seq")) ?? 0
      if sequence < number || sequence > number && unopened == 0 {
        return world.fail("P24", "usage line \(number) bears the number \(sequence)")
      }
      // Lines for which no file could be opened.
      lost += sequence - number
      unseen += sequence - number
      number = sequence
      let dropped = json.int(json.at(record, "dropped")) ?? 0
      if dropped != (line.isFirst ? lost : 0) {
        world.fail("P24", "\(dropped) lines are said to be lost, \(lost) were")
      }
      if dropped > 0 { world.goals.saw(.usageDroppedReported) }
      lost = line.isWritten ? 0 : lost + 1
      let id = json.text(json.at(record, "id")) ?? ""
      guard let k = owners[id]?.first else {
        return world.fail("P23", "a usage line for the call \(id), which has none to come")
      }
      owners[id]?.removeFirst()
      UsageCheck(world, json, record).check(doubles.contains(id) ? nil : k)
    }
    linesAreMissing = unseen > 0 || unopenedAtEnd
    let missing = owners.values.reduce(0) { $0 + $1.count }
    if missing == unseen || missing > unseen && unopenedAtEnd { return }
    for (id, ks) in owners.sorted(by: { $0.key < $1.key }) where !ks.isEmpty {
      world.fail("P23", "no usage line for the call \(id): \(missing) are missing, \(unseen) lost")
    }
  }

  /// Ids are strings in the log whatever they were.
  private static func name(_ id: [UInt8]) -> String {
    let text = String(decoding: id, as: UTF8.self)
    return text.hasPrefix("\"") ? String(text.dropFirst().dropLast()) : text
  }

  // MARK: Processes

  func started(_ world: World, _ process: SimulatedProcess, endpoint: Int) {
    world.servers[endpoint].processes.append(process)
    starts[endpoint, default: []].append(Start(at: world.now))
    checkStarts(world, endpoint)
    checkBackoff(world, endpoint)
  }

  func spawnFailed(_ world: World) { world.goals.saw(.spawnFailed) }

  func reaperStarted(_ world: World) {
    reaperStarts += 1
    reaperDue = nil
    if reaperStarts > 1 { world.goals.saw(.reaperRestarted) }
  }

  /// It is tried again, each time after a longer pause.
  func reaperFailed(_ world: World) { reaperDue = world.now + .seconds(30) }

  func ended(_ world: World, _ process: SimulatedProcess, _ status: ExitStatus) {
    if process === world.reaper { reaperDue = world.now }
    guard let endpoint = process.endpoint, let last = starts[endpoint]?.indices.last else { return }
    starts[endpoint]?[last].end = world.now
    starts[endpoint]?[last].status = status
  }

  /// No more restarts within the span than the policy allows; good lives begin a new count.
  private func checkStarts(_ world: World, _ endpoint: Int) {
    let policy = world.plan.endpoints[endpoint].configuration.policy.restart
    var times: [Instant] = []
    for start in starts[endpoint] ?? [] {
      times.append(start.at)
      let end = start.end ?? world.now
      if start.status == .code(0) && start.wasReady || end - start.at >= policy.healthy {
        times.removeAll()
      }
    }
    let recent = times.suffix(policy.max + 2)
    guard recent.count == policy.max + 2, let first = recent.first, let last = recent.last,
      last - first < policy.within
    else { return }
    let name = world.plan.endpoints[endpoint].configuration.name
    world.fail("P26", "\(name) was started \(recent.count) times in \((last - first).seconds) s")
  }

  /// Bad ends in a row double the wait for the next start up to the cap, less a fifth by chance.
  ///
  /// Lives of doubtful health begin a new count: what is demanded is then less than what is right.
  private func checkBackoff(_ world: World, _ endpoint: Int) {
    let policy = world.plan.endpoints[endpoint].configuration.policy.restart
    guard let lives = starts[endpoint]?.suffix(64), let next = lives.last,
      let end = lives.dropLast().last?.end
    else { return }
    var failures = 0
    for life in lives.dropLast() {
      let lived = (life.end ?? world.now) - life.at
      failures = life.status == .code(0) || lived >= policy.healthy * 0.5 ? 0 : failures + 1
    }
    guard failures > 0 else { return }
    let doubled = policy.base * Double(1 << min(failures - 1, 40))
    let least = min(policy.cap, doubled) * 0.79
    guard next.at - end < least else { return }
    let name = world.plan.endpoints[endpoint].configuration.name
    let waited = (next.at - end).seconds
    world.fail("P26", "\(name) was started \(waited) s after bad end \(failures) in a row")
  }

  // MARK: After each turn

  func turnEnded(_ world: World, _ next: Snapshot, _ last: Snapshot?) {
    checkReaper(world)
    for (index, view) in next.endpoints.enumerated() {
      let before = last?.endpoints[index]
      if view.state == .ready {
        listed.insert(index)
        if let place = starts[index]?.indices.last { starts[index]?[place].wasReady = true }
        if wasCrashed.remove(index) != nil { world.goals.saw(.recoveredFromCrash) }
      }
      if case .crashed = view.state, wasCrashed.insert(index).inserted { world.goals.saw(.crashed) }
      guard let before else { continue }
      noteEnd(world, view, before)
      if view.outboxPending > 0 { world.goals.saw(.inputPipeFull) }
    }
  }

  /// Whatever happens to the proxy now, the reaper knows what it has to end.
  private func checkReaper(_ world: World) {
    if let reaperDue {
      // It hears of the end within 100 ms, and starts no two within a second.
      let due = max(reaperDue, world.checks.replies.wokeAt) + .milliseconds(1200)
      let live = starts.values.contains {
        $0.contains { $0.end == nil && $0.at + .milliseconds(1200) < world.now }
      }
      if live, world.now > due { world.fail("leftovers", "the reaper is not back") }
    }
    guard let reaper = world.reaper, reaper.isAlive else { return }
    for server in world.servers {
      for process in server.processes.suffix(4) where process.isAlive || process.helpers > 0 {
        guard !reaper.registered.contains(process.id) else { continue }
        world.fail("leftovers", "the reaper does not know the group \(process.id)")
      }
    }
  }

  private func noteEnd(
    _ world: World,
    _ view: Snapshot.EndpointView,
    _ before: Snapshot.EndpointView
  ) {
    if before.reasonToEnd == nil, let reason = view.reasonToEnd {
      if reason.contains("three pings") { world.goals.saw(.hangEndedByPings) }
      if reason.contains("no messages") { world.goals.saw(.killedForGarbage) }
      if reason.contains("did not finish its start") { world.goals.saw(.startTimedOut) }
    }
    if before.unansweredProbes > 0, view.unansweredProbes == 0, view.process == before.process {
      world.goals.saw(.blameMovedToTool)
    }
    if before.state == .ready, view.state == .idle { world.goals.saw(.peacefulExit) }
    if case .backingOff = view.state, before.state.wasReady, before.inFlight > 0 {
      world.goals.saw(.restartWithCallsInFlight)
    }
    if view.dyingGroups > before.dyingGroups { world.goals.saw(.groupKilled) }
  }
}

extension LifeState {
  /// Whether a process serves, or has until it was found to end.
  fileprivate var wasReady: Bool {
    switch self {
    case .ready, .ending(wasReady: true, _): true
    default: false
    }
  }
}

/// Everything outside of the proxy: time, bytes, processes, files, the client; and the checks.
///
/// A class that only one thread uses: `SimulatedKernel` holds it behind a lock.
final class World {
  /// What a descriptor of the proxy leads to.
  enum Use {
    case clientInput
    case clientOutput
    case input(SimulatedProcess)
    case output(SimulatedProcess)
    case error(SimulatedProcess)
    case log(String)
  }

  struct Watch {
    let descriptor: Int32
    let token: UInt64
    let interest: Interest
    /// What had arrived when it was last reported; for those that are told of each arrival once.
    var reported = -1
  }

  enum Phase: Int {
    /// The proxy's first life, where there are two: it only fills the catalogue.
    case before
    case chaos
    case quiet
    /// Nothing is sent any more; what is left must come to rest.
    case rest
    /// The client has closed its side, or a signal was sent.
    case ending
  }

  let plan: Plan
  var phase = Phase.chaos
  var now = Instant(nanoseconds: 1_000_000_000)
  var wallOffset: Int64 = 1_795_220_055_123_456_789
  var random: SeededRandom
  var productRandom: SeededRandom
  var queue = EventQueue()
  var descriptors: [Int32: Use] = [:]
  /// In the order of their numbers.
  var watches: [Watch] = []
  var processes: [Int32: SimulatedProcess] = [:]
  /// Children that ended and were not waited for, in order.
  var zombies: [ExitedProcess] = []
  var signals: [Signal] = []
  var lastProcess: Int32 = 1000
  /// The reaper that was started last.
  var reaper: SimulatedProcess?
  /// Results of hundreds of kilobytes there will still be.
  var bigResultsLeft = 20
  /// The random numbers the product has drawn, and when: its waits follow from them.
  private(set) var draws: [(time: Instant, number: UInt64)] = []
  var files: [String: [UInt8]] = [:]
  var system: FaultySystem
  /// Whether the proxy has said that it cannot go on with its client.
  var hasGivenUp = false
  var servers: [ServerState]
  var client: SimulatedClient
  var ledger = Ledger()
  let goals: Goals
  var books = Books()
  var trace: Trace
  var violation: Violation?
  /// The loop is to be stopped: a violation, or a world in which nothing happens any more.
  var isOver = false
  var turns = 0
  /// Turns since time went on; a proxy that keeps itself busy is found by it.
  var turnsAtThisTime = 0
  var snapshot: Snapshot?
  var checks: Checks

  init(plan: Plan, fault: SystemFault? = nil, isTold: Bool) {
    self.plan = plan
    system = FaultySystem(fault)
    random = SeededRandom(seed: plan.seed, stream: 4)
    productRandom = SeededRandom(seed: plan.seed, stream: 5)
    servers = plan.endpoints.map { _ in ServerState() }
    goals = Goals()
    client = SimulatedClient(plan)
    trace = Trace(isTold: isTold)
    checks = Checks(plan)
  }

  var wallClock: Int64 { now.nanoseconds + wallOffset }
  /// Faults strike in the chaos phase only.
  func strikes(_ fault: Fault, _ share: Double = 1) -> Bool {
    phase == .chaos && random.chance(plan.faults[fault] * share)
  }

  func draw() -> UInt64 {
    let number = productRandom.next()
    draws.append((now, number))
    return number
  }

  func after(_ span: TimeSpan, _ action: @escaping EventQueue.Action) {
    queue.add(now + span, action)
  }

  func fail(_ property: String, _ text: @autoclosure () -> String) {
    guard violation == nil else { return }
    violation = Violation(property: property, text: String(text().prefix(500)), at: now)
    trace.tell(now) { "VIOLATION \(property): \(self.violation?.text ?? "")" }
    isOver = true
  }

  // MARK: Time

  private static let mostTurnsAtOnce = 5000

  /// Lets the world go on until the proxy has something to do.
  func advance(until deadline: Instant?) -> [Readiness] {
    turns += 1
    turnsAtThisTime += 1
    if turnsAtThisTime > Self.mostTurnsAtOnce {
      fail("rest", "\(turnsAtThisTime) turns of the loop without any time passing")
    }
    if turns > 400_000 { fail("rest", "\(turns) turns of the loop") }
    runDue()
    while !isOver {
      let ready = readiness()
      if !ready.isEmpty || deadline == .zero { return ready }
      let next = queue.nextTime
      if let deadline, deadline < next ?? Instant(nanoseconds: .max) {
        pass(to: deadline)
        return []
      }
      guard let next else {
        fail("rest", "nothing will ever happen again: \(checks.openRequests(client)) unanswered")
        return []
      }
      pass(to: next)
      runDue()
      // A deadline at the same instant: both are seen in this turn.
      if let deadline, deadline <= now { return readiness() }
    }
    return []
  }

  private func pass(to time: Instant) {
    guard time > now else { return }
    now = time
    Witness.now = time
    turnsAtThisTime = 0
  }

  /// Much time passes in which nothing can happen.
  func sleep(_ span: TimeSpan) {
    pass(to: now + span)
    checks.replies.wokeAt = now
  }

  /// Another life of the proxy begins: other bytes, the same files.
  func beginLife() {
    client = SimulatedClient(plan)
    ledger = Ledger()
    books = Books()
    checks = Checks(plan)
    servers = plan.endpoints.map { _ in ServerState() }
    processes.removeAll()
    queue = EventQueue()
    descriptors.removeAll()
    watches.removeAll()
    zombies.removeAll()
    signals.removeAll()
    reaper = nil
    snapshot = nil
    Witness.now = now
  }

  private func runDue() {
    while !isOver, let action = queue.popDue(at: now) { action(self) }
  }

  // MARK: After each turn

  func turnEnded(_ next: Snapshot) {
    let last = snapshot
    snapshot = next
    trace.mix(UInt64(bitPattern: now.nanoseconds))
    trace.mix(next.hash)
    checks.turnEnded(self, next, last)
    if checks.isTimeToLook(now) { checks.look(self) }
  }
}

/// A property that does not hold.
struct Violation: Error {
  let property: String
  let text: String
  let at: Instant
}

/// The story of a run, and a number that is equal only for equal stories.
struct Trace {
  let isTold: Bool
  private(set) var hash: UInt64 = 0xCBF2_9CE4_8422_2325

  init(isTold: Bool) { self.isTold = isTold }

  mutating func mix(_ word: UInt64) { hash = (hash ^ word) &* 0x0000_0100_0000_01B3 }

  mutating func mix(_ bytes: ArraySlice<UInt8>) { for byte in bytes { mix(UInt64(byte)) } }

  func tell(_ now: Instant, _ text: () -> String) {
    guard isTold else { return }
    let microseconds = now.nanoseconds / 1000 % 1_000_000
    let digits = String(microseconds)
    let padding = String(repeating: "0", count: 6 - digits.count)
    print("\(now.nanoseconds / 1_000_000_000).\(padding)\(digits)  \(text())")
  }
}

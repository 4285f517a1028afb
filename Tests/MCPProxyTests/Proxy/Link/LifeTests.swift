import MCPProxy
import Testing

/// Every state of a process's life and every event: what is to be done, and the state after it.
struct LifeTests {
  /// The events, in the order of the columns.
  enum Event: String, CaseIterable {
    case demanded, launched, launchFailed, opened, misbehaved, outputEnded, exited, stopped
    case buried
    /// The state's time is up; an hour passes where it has none.
    case time
  }

  /// One cell of the table: `actions > state`, or `-` where nothing happens.
  struct Row: CustomTestStringConvertible, Sendable {
    let state: String
    let event: Event
    let outcome: String

    var testDescription: String { "\(state), \(event.rawValue): \(outcome)" }
  }

  private static let end = "lose bury ended > backingOff"
  private static let hurriedEnd = "lose ended hurry > burying"
  private static let forced = "kill deaf > ending"

  /// A state and what each event does; what is not named does nothing.
  private static let table: [(String, [Event: String])] = [
    ("idle", [.demanded: "launch > launching", .stopped: "stopped > buried"]),
    (
      "launching",
      [.launched: "> opening", .launchFailed: "ended > backingOff", .stopped: "> launchingStop"]
    ),
    (
      "opening",
      [
        .opened: "serve > ready", .misbehaved: forced, .outputEnded: "> ending", .exited: end,
        .stopped: "close > asked", .time: forced,
      ]
    ),
    (
      "ready",
      [
        .misbehaved: forced, .outputEnded: "> ending", .exited: end, .stopped: "close > asked",
      ]
    ),
    ("ending", [.exited: end, .stopped: "close > asked", .time: "kill deaf \(end)"]),
    ("backingOff", [.stopped: "stopped > buried", .time: "launch > launching"]),
    ("crashed", [.stopped: "stopped > buried"]),
    ("unusable", [.stopped: "stopped > buried"]),
    ("launchingStop", [.launched: "close > asked", .launchFailed: "ended stopped > buried"]),
    (
      "asked",
      [.misbehaved: "kill deaf > killed", .exited: hurriedEnd, .time: "terminate > told"]
    ),
    ("told", [.misbehaved: "kill deaf > killed", .exited: hurriedEnd, .time: "kill > killed"]),
    (
      "killed",
      [
        .misbehaved: "kill deaf > killed", .exited: hurriedEnd, .time: "kill deaf \(hurriedEnd)",
      ]
    ),
    ("burying", [.buried: "stopped > buried"]),
    ("buried", [:]),
  ]

  private static let rows: [Row] = table.flatMap { state, cells in
    Event.allCases.map { Row(state: state, event: $0, outcome: cells[$0] ?? "-") }
  }

  @Test(arguments: rows)
  func `every event in every state`(row: Row) throws {
    var (life, now) = try Self.life(row.state)
    #expect(Self.word(life.state) == row.state)
    let actions = Self.apply(row.event, to: &life, at: &now)
    let words = actions.map(Self.word) + [">", Self.word(life.state)]
    let isUnchanged = actions.isEmpty && Self.word(life.state) == row.state
    #expect((isUnchanged ? "-" : words.joined(separator: " ")) == row.outcome)
    #expect(life.check() == nil)
    #expect(life.isReady == (life.state == .ready))
  }

  // MARK: The way to each state

  private static let crashing: EndpointPolicy = {
    var policy = EndpointPolicy()
    policy.restart.max = 0
    return policy
  }()

  private static func life(_ state: String) throws -> (Life, Instant) {
    let policy = state == "crashed" ? crashing : EndpointPolicy()
    var life = Life(policy, unusable: state == "unusable" ? "is disabled" : nil)
    var now = at(0)
    for event in try #require(ways[state]) { _ = apply(event, to: &life, at: &now) }
    return (life, now)
  }

  private static let ways: [String: [Event]] = [
    "idle": [], "unusable": [], "buried": [.stopped],
    "launching": [.demanded],
    "opening": [.demanded, .launched],
    "ready": [.demanded, .launched, .opened],
    "ending": [.demanded, .launched, .opened, .outputEnded],
    "backingOff": [.demanded, .launchFailed],
    "crashed": [.demanded, .launchFailed],
    "launchingStop": [.demanded, .stopped],
    "asked": [.demanded, .launched, .stopped],
    "told": [.demanded, .launched, .stopped, .time],
    "killed": [.demanded, .launched, .stopped, .time, .time],
    "burying": [.demanded, .launched, .stopped, .exited],
  ]

  private static func apply(
    _ event: Event,
    to life: inout Life,
    at now: inout Instant
  ) -> [Life.Action] {
    if event == .time { now = life.nextDeadline ?? now + .minutes(60) }
    let moment = Life.Moment(now, isAwaited: false) { 0 }
    switch event {
    case .demanded: return life.demand(at: now)
    case .launched: return life.launched(at: now)
    case .launchFailed: return life.launchFailed("no such file", moment)
    case .opened: return life.opened()
    case .misbehaved: return life.misbehaved("lied", at: now)
    case .outputEnded: return life.outputEnded(at: now)
    case .exited: return life.exited(.code(1), moment)
    case .stopped: return life.stop(at: now)
    case .buried: return life.buried()
    case .time: return life.expire(moment)
    }
  }

  // MARK: Words

  private static func word(_ action: Life.Action) -> String {
    switch action {
    case .launch: "launch"
    case .closeInput: "close"
    case .terminate: "terminate"
    case .kill: "kill"
    case .stopReading: "deaf"
    case .serve: "serve"
    case .lose: "lose"
    case .bury(let isHurried): isHurried ? "hurry" : "bury"
    case .ended: "ended"
    case .stopped: "stopped"
    }
  }

  private static func word(_ state: LifeState) -> String {
    switch state {
    case .idle: "idle"
    case .launching: "launching"
    case .opening: "opening"
    case .ready: "ready"
    case .ending: "ending"
    case .backingOff: "backingOff"
    case .crashed: "crashed"
    case .unusable: "unusable"
    case .stopping(.launching): "launchingStop"
    case .stopping(.asked): "asked"
    case .stopping(.told): "told"
    case .stopping(.killed): "killed"
    case .stopping(.burying): "burying"
    case .buried: "buried"
    }
  }

  @Test(
    arguments: [
      ("idle", true, "idle"), ("launching", true, "starting"), ("opening", true, "starting"),
      ("ready", true, "ready"), ("ending", true, "restarting"),
      ("backingOff", true, "restarting"), ("crashed", false, "crashed"),
      ("unusable", false, "unusable"), ("asked", false, "stopping"),
      ("burying", false, "stopping"), ("buried", false, "stopped"),
    ]
  )
  func `a state says whether it is worth waiting, and its word`(
    state: String,
    canServe: Bool,
    word: String
  ) throws {
    let (life, now) = try Self.life(state)
    #expect(life.canServe(at: now) == canServe)
    #expect(life.state.word == word)
  }
}

/// An experiment with a hypothesis: what is broken, what the client does meanwhile, and what must
/// hold (docs/chaos.md).
package struct Playbook: Equatable, Sendable {
  package let name: String
  package let hypothesis: String
  /// What is done to the server, in words.
  package let fault: String
  /// What tells whether the hypothesis holds, in words.
  package let signal: String
  package let traffic: Traffic
  /// The rules about the server under test; the driver fills in its name.
  package let rules: [ChaosRule]
  package let criteria: [Criterion]
  /// No call takes longer, and the other waits of the configuration shrink in proportion: an
  /// experiment takes seconds.
  package var longestCall = TimeSpan.seconds(10)
  /// Whether the configuration's rate limits hold: they are made for a user who calls slower.
  package var keepsRateLimits = false
  /// What the stand-in of the server under test needs to start.
  package var startDelay = TimeSpan.zero
  /// Whether an earlier run has stored the lists of tools.
  package var isWarm = false

  /// The calls a client makes.
  package struct Traffic: Equatable, Sendable {
    package let calls: Int
    /// Sent at the same time; then nothing for the interval.
    package let atOnce: Int
    package let interval: TimeSpan
  }

  /// What must hold for the playbook to pass.
  package enum Criterion: Equatable, Sendable {
    /// The fault took place.
    case hit
    /// So many of 100 calls got an answer from some server, unsafe ones that may have run aside.
    case answered(percent: Double)
    /// So many of 100 calls got an answer from some server, or were told when to come back.
    case answeredOrTold(percent: Double)
    /// Every call got a reply.
    case noneLost
    /// No call got two replies, and no unsafe call ran twice.
    case noneDuplicated
    /// From the first hit on, the server is left alone within this time.
    case detected(within: TimeSpan)
    /// After the last hit, the server answers again within this time.
    case recovered(within: TimeSpan)
    /// No breaker opens.
    case breakersStayClosed
    /// No call is sent more than once to the server under test.
    case notAmplified
    /// `initialize` is answered within this time.
    case initialized(within: TimeSpan)
    /// `tools/list` is answered within this time.
    case listed(within: TimeSpan)
  }
}

extension Playbook {
  /// The playbook of a name.
  package init?(named name: String) {
    guard let found = Self.all.first(where: { $0.name == name }) else { return nil }
    self = found
  }

  /// In the order they are listed.
  package static let all = [
    serverDown, serverSlow, rateLimitStorm, coldStart, concurrentCalls,
  ]

  private static let always: [Criterion] = [.noneLost, .noneDuplicated]

  private static let serverDown = Playbook(
    name: "server-down",
    hypothesis: "A server that dies is noticed at once and started again; meanwhile its fallback "
      + "answers.",
    fault: "The server is killed in the middle of three calls.",
    signal: "who answers each call, and when the server is asked again",
    traffic: Traffic(calls: 120, atOnce: 1, interval: .milliseconds(25)),
    rules: [rule(.kill, after: 15, limit: 3)],
    criteria: [
      .hit, .answered(percent: 99), .detected(within: .seconds(1)), .recovered(within: .seconds(5)),
    ] + always,
    longestCall: .seconds(2)
  )

  private static let serverSlow = Playbook(
    name: "server-slow",
    hypothesis: "A server that needs longer than a call may take is left alone after a few calls, "
      + "and its fallback answers in time.",
    fault: "Every answer, to pings too, is held back for 8 s, for 3 s long.",
    signal: "who answers each call, and when the breaker opens and closes",
    traffic: Traffic(calls: 65, atOnce: 1, interval: .milliseconds(100)),
    rules: [rule(.delay, span: .seconds(8), after: 8, for: .seconds(3))],
    criteria: [
      .hit, .answered(percent: 99), .detected(within: .seconds(4)), .recovered(within: .seconds(5)),
    ] + always,
    longestCall: .milliseconds(1200)
  )

  private static let rateLimitStorm = Playbook(
    name: "rate-limit-storm",
    hypothesis: "A service over its limit is told apart from a broken one: its refusal reaches the "
      + "client with the time to come back, is not repeated, and opens no breaker.",
    fault: "For 800 ms every call is answered 429 with a time to come back of 1 s.",
    signal: "what each call is told, and how often the server is asked",
    traffic: Traffic(calls: 100, atOnce: 4, interval: .milliseconds(60)),
    rules: [rule(.tooMany, span: .seconds(1), after: 10, for: .milliseconds(800))],
    criteria: [
      .hit, .answeredOrTold(percent: 99), .notAmplified, .breakersStayClosed,
      .recovered(within: .seconds(3)),
    ] + always,
    keepsRateLimits: true
  )

  private static let coldStart = Playbook(
    name: "cold-start",
    hypothesis: "A server that takes its time to start delays neither the client's start nor the "
      + "list of tools, and the calls that come too early wait for it.",
    fault: "The server reads nothing for its first 1.5 s; its tools are known from an earlier run.",
    signal: "the times of the first answers, and what becomes of the first calls",
    traffic: Traffic(calls: 8, atOnce: 8, interval: .zero),
    rules: [],
    criteria: [
      .initialized(within: .seconds(1)), .listed(within: .seconds(1)), .answered(percent: 99),
    ] + always,
    startDelay: .milliseconds(1500),
    isWarm: true
  )

  private static let concurrentCalls = Playbook(
    name: "concurrent-calls",
    hypothesis: "Many calls at once are all answered: what has no place waits its turn.",
    fault: "Every answer takes 20 ms longer.",
    signal: "what becomes of 32 calls sent together, twice",
    traffic: Traffic(calls: 64, atOnce: 32, interval: .seconds(1)),
    rules: [rule(.delay, span: .milliseconds(20))],
    criteria: [.hit, .answered(percent: 99), .breakersStayClosed] + always
  )

  private static func rule(
    _ mode: ChaosMode,
    span: TimeSpan? = nil,
    after: Int = 0,
    limit: Int? = nil,
    for duration: TimeSpan? = nil
  ) -> ChaosRule {
    var rule = ChaosRule(mode)
    if let span { rule.span = span }
    rule.after = after
    rule.limit = limit
    rule.duration = duration
    return rule
  }
}

extension Playbook.Criterion {
  package var isDetection: Bool { if case .detected = self { true } else { false } }
  package var isRecovery: Bool { if case .recovered = self { true } else { false } }

  /// The rule in words, as docs/chaos.md has it.
  package var text: String {
    switch self {
    case .hit: "the fault took place"
    case .answered(let percent): "answered: at least \(Self.number(percent)) %"
    case .answeredOrTold(let percent):
      "answered or told when to come back: at least \(Self.number(percent)) %"
    case .noneLost: "no call lost"
    case .noneDuplicated: "no call duplicated"
    case .detected(let span): "detected within \(FailureText.seconds(span))"
    case .recovered(let span): "recovered within \(FailureText.seconds(span))"
    case .breakersStayClosed: "no breaker opens"
    case .notAmplified: "no call sent twice to the server"
    case .initialized(let span): "initialize answered within \(FailureText.seconds(span))"
    case .listed(let span): "tools/list answered within \(FailureText.seconds(span))"
    }
  }

  private static func number(_ value: Double) -> String {
    value == value.rounded() ? "\(Int(value))" : "\(value)"
  }
}

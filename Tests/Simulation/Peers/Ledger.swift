/// What was really carried out, call by call: the truth that the proxy's words are held against.
final class Ledger {
  /// One carrying out of a call.
  struct Execution {
    let k: Int
    let endpoint: Int
    let tool: String
    let process: Int32
    /// Whether the operator or this process declares it safe.
    let isSafe: Bool
    /// When the proxy put it on its way; a stopped process may carry it out much later.
    let sent: Instant
  }

  /// An answer a server has written.
  struct Answer {
    let endpoint: Int
    /// The bytes of `result`; `nil`: an error.
    let result: [UInt8]?
    let code: Int?
    let isError: Bool
  }

  private(set) var executions: [Int: [Execution]] = [:]
  private(set) var answers: [Int: [Answer]] = [:]
  /// Calls a server has reported progress of.
  var progressed: Set<Int> = []
  /// Good answers, by endpoint, for the retry budget.
  private(set) var successes: [Int: [Instant]] = [:]

  /// Promise: an unsafe call is carried out once at most, a safe one a few times.
  func executed(_ execution: Execution, _ world: World) {
    let before = executions[execution.k] ?? []
    executions[execution.k] = before + [execution]
    guard world.client.calls[execution.k] != nil else {
      return world.fail("P3", "k=\(execution.k) was carried out and never asked for")
    }
    for other in before {
      let (first, second) = other.sent <= execution.sent ? (other, execution) : (execution, other)
      let isAllowed = second.isSafe || second.endpoint != first.endpoint
      if first.isSafe, isAllowed { continue }
      world.fail(
        "P3",
        "unsafe k=\(execution.k) ran at \(name(first, world)) and was sent to "
          + name(second, world)
      )
    }
    let here = before.count { $0.endpoint == execution.endpoint } + 1
    let policy = world.plan.endpoints[execution.endpoint].configuration.policy.retry
    if here > max(1, policy.attempts) {
      world.fail("P3", "k=\(execution.k) ran \(here) times at \(name(execution, world))")
    }
    if before.count + 1 > 4 { world.fail("P3", "k=\(execution.k) ran \(before.count + 1) times") }
    if !before.isEmpty {
      world.goals.saw(
        before.last?.endpoint == execution.endpoint ? .safeRetried : .fallbackAfterExecution
      )
    }
    checkAnswer(execution, world)
  }

  /// What the client was told must stay true.
  private func checkAnswer(_ execution: Execution, _ world: World) {
    guard let call = world.client.calls[execution.k] else { return }
    if call.executed == "no" {
      world.fail("P4", "k=\(execution.k) ran after the client was told that it had not")
    }
  }

  private func name(_ execution: Execution, _ world: World) -> String {
    world.plan.endpoints[execution.endpoint].configuration.name
  }

  // MARK: Answers

  func answered(_ k: Int, endpoint: Int, result: String, isError: Bool, at now: Instant) {
    successes[endpoint, default: []].append(now)
    answers[k, default: []].append(
      Answer(endpoint: endpoint, result: Array(result.utf8), code: nil, isError: isError)
    )
  }

  func answered(_ k: Int, endpoint: Int, code: Int, at now: Instant) {
    if code != -32603 { successes[endpoint, default: []].append(now) }
    answers[k, default: []].append(
      Answer(endpoint: endpoint, result: nil, code: code, isError: false)
    )
  }

  /// When repeats were put on their way, by endpoint.
  func repeats() -> [Int: [Instant]] {
    var repeats: [Int: [Instant]] = [:]
    for executions in executions.values {
      // Sent first is first, whatever was carried out first.
      for execution in executions.sorted(by: { $0.sent < $1.sent }).dropFirst() {
        repeats[execution.endpoint, default: []].append(execution.sent)
      }
    }
    return repeats.mapValues { $0.sorted() }
  }

  /// When the call was put on its way, each time.
  func sendings(of k: Int) -> [Instant] { (executions[k] ?? []).map(\.sent).sorted() }

  /// The result as the client must get it, byte for byte.
  static func passedOn(_ result: [UInt8], standIn: String?) -> [UInt8] {
    let json = TinyJSON(result)
    guard let whole = json.whole else { return result }
    var head = json.at(whole, "content") == nil ? #""content":[],"# : ""
    var rest = Array(result.dropFirst())
    if let standIn {
      let note = #""mcp-proxy/servedBy":"\#(standIn)""#
      if let meta = json.at(whole, "_meta") {
        let place = meta.lowerBound
        rest = Array(result[1...place]) + Array((note + ",").utf8) + Array(result[(place + 1)...])
      } else {
        head += #""_meta":{\#(note)},"#
      }
    }
    if rest == [UInt8(ascii: "}")], head.last == "," { head.removeLast() }
    return [UInt8(ascii: "{")] + Array(head.utf8) + rest
  }
}

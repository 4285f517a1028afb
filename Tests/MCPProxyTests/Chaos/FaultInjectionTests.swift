import MCPProxy
import Testing

/// What a fault does to the lines of a server, when, and what is left of it.
struct FaultInjectionTests {
  private static func injection(_ rules: ChaosRule...) throws -> FaultInjection {
    let settings = ChaosSettings(rules: rules, seed: 1)
    return FaultInjection(plan: try #require(ChaosPlan(settings, endpoint: "a")))
  }

  private static func rule(
    _ mode: ChaosMode,
    tool: String? = nil,
    span: TimeSpan? = nil
  ) -> ChaosRule {
    var rule = ChaosRule(mode, tool: tool)
    if let span { rule.span = span }
    return rule
  }

  private static func answer(_ id: Int) -> [UInt8] {
    Array(#"{"jsonrpc":"2.0","id":\#(id),"result":{}}"#.utf8)
  }

  private static func intercept(
    _ injection: inout FaultInjection,
    _ line: [UInt8],
    at seconds: Double
  ) -> [String]? {
    // The line stands somewhere in what was read.
    let source = Array("x\n".utf8) + line + Array("\ny".utf8)
    return injection.intercept(source, 2..<2 + line.count, at: at(seconds))?.map(text)
  }

  private static func text(_ line: [UInt8]) -> String { String(decoding: line, as: UTF8.self) }

  private static func words(_ events: [FaultInjection.Event]) -> [String] {
    events.map { event in
      switch event {
      case .says(let line): text(line)
      case .fails(let id): "fails \(id)"
      case .dies: "dies"
      }
    }
  }

  /// A fault, what comes in place of the answer to request 3 (nil: it comes as it is), and what
  /// happens by itself, at which time after the call.
  struct Row: Sendable, CustomTestStringConvertible {
    let mode: ChaosMode
    var lines: [String]?
    var events: [String] = []
    var after = 0.0

    var testDescription: String { mode.rawValue }
  }

  private static let whole = text(answer(3))
  private static let refusal =
    #"{"jsonrpc":"2.0","id":3,"result":{"content":[{"type":"text","text":"#
    + #""429 Too Many Requests: try again in 1 s"}],"isError":true,"#
    + #""_meta":{"retryAfterMs":1000}}}"#

  private static let rows: [Row] = [
    Row(mode: .ok),
    Row(mode: .delay, lines: [], events: [whole], after: 1.5),
    Row(mode: .error, events: ["fails 3"]),
    Row(mode: .drop),
    Row(mode: .slow, lines: [], events: [whole], after: 1.5),
    Row(mode: .garbage, lines: ["<html><body>502 Bad Gateway</body></html>"]),
    Row(mode: .truncate, lines: [#"{"jsonrpc":"2.0",""#]),
    Row(mode: .duplicate, lines: [whole, whole]),
    Row(mode: .wrongID, lines: [whole.replacing(":3,", with: ":1099511627779,")]),
    Row(mode: .kill, lines: [], events: ["dies"]),
    Row(mode: .stderrFlood),
    Row(mode: .tooMany, events: [refusal]),
  ]

  @Test(arguments: rows)
  func `each fault does what it says, at its time, and nothing is left of it`(row: Row) throws {
    var injection = try Self.injection(ChaosRule(row.mode))
    let fault = injection.call(3, tool: "t", at: at(0))
    #expect(fault?.mode == (row.mode == .ok ? nil : row.mode))
    let isOwnDoing = row.after == 0 && !row.events.isEmpty
    #expect(injection.nextDeadline == (isOwnDoing ? at(0) : nil))
    // Half a second later the answer is there.
    let lines = Self.intercept(&injection, Self.answer(3), at: 0.5)
    #expect(lines == row.lines)
    #expect(injection.nextDeadline == (row.events.isEmpty ? nil : at(row.after)))
    let early = injection.expire(at: at(row.after - 0.1))
    #expect(early.isEmpty)
    let events = Self.words(injection.expire(at: at(row.after)))
    #expect(events == row.events)
    #expect(injection.isEmpty && injection.nextDeadline == nil)
    // The next answer under this id is nobody's.
    #expect(Self.intercept(&injection, Self.answer(3), at: 9) == nil)
  }

  @Test func `every fault has its row`() {
    #expect(Self.rows.map(\.mode) == ChaosMode.allCases)
  }

  // MARK: Which lines

  @Test(
    arguments: [
      #"{"jsonrpc":"2.0","id":4,"result":{}}"#, #"{"jsonrpc":"2.0","id":"3","result":{}}"#,
      #"{"jsonrpc":"2.0","id":3,"method":"ping"}"#, #"{"jsonrpc":"2.0","method":"m"}"#,
      "no message",
    ]
  )
  func `only the answer to the request is changed`(line: String) throws {
    var injection = try Self.injection(ChaosRule(.garbage))
    _ = injection.call(3, tool: "t", at: at(0))
    #expect(Self.intercept(&injection, Array(line.utf8), at: 0) == nil)
    #expect(!injection.isEmpty)
    let error = #"{"jsonrpc":"2.0","id":3,"error":{"code":1,"message":"m"}}"#
    #expect(Self.intercept(&injection, Array(error.utf8), at: 0)?.count == 1)
  }

  @Test func `a server that is to die later answers before`() throws {
    var injection = try Self.injection(Self.rule(.kill, span: .seconds(2)))
    let fault = injection.call(3, tool: "t", at: at(0))
    #expect(fault?.span == .seconds(2) && injection.nextDeadline == at(2))
    #expect(Self.intercept(&injection, Self.answer(3), at: 1) == nil)
    let events = Self.words(injection.expire(at: at(2)))
    #expect(events == ["dies"] && injection.isEmpty)
  }

  // MARK: An answer that drips in

  @Test func `whatever a server says while an answer drips in waits behind it`() throws {
    var injection = try Self.injection(
      Self.rule(.slow, tool: "slow", span: .seconds(2)),
      Self.rule(.duplicate, tool: "double")
    )
    _ = injection.call(3, tool: "slow", at: at(0))
    _ = injection.call(4, tool: "double", at: at(0))
    let first = Self.intercept(&injection, Self.answer(3), at: 1)
    let second = Self.intercept(&injection, Self.answer(4), at: 1.5)
    let third = Self.intercept(&injection, Array("else".utf8), at: 2)
    #expect(first == [] && second == [] && third == [] && !injection.isEmpty)
    let events = Self.words(injection.expire(at: at(3)))
    let double = Self.text(Self.answer(4))
    #expect(events == [Self.whole, double, double, "else"] && injection.isEmpty)
  }

  @Test func `an answer that waits behind may drip in itself, and the rest waits on`() throws {
    var injection = try Self.injection(Self.rule(.slow, span: .seconds(2)))
    _ = injection.call(3, tool: "t", at: at(0))
    _ = injection.call(4, tool: "t", at: at(0))
    for line in [Self.answer(3), Self.answer(4), Array("else".utf8)] {
      #expect(Self.intercept(&injection, line, at: 1) == [])
    }
    let first = Self.words(injection.expire(at: at(3)))
    #expect(first == [Self.whole] && injection.nextDeadline == at(5))
    let second = Self.words(injection.expire(at: at(5)))
    #expect(second == [Self.text(Self.answer(4)), "else"] && injection.isEmpty)
  }

  // MARK: Time

  @Test func `what is due happens in the order of its time`() throws {
    var injection = try Self.injection(
      Self.rule(.delay, tool: "late", span: .seconds(3)),
      Self.rule(.delay, tool: "soon", span: .seconds(1)),
      Self.rule(.error, tool: "fails")
    )
    _ = injection.call(3, tool: "late", at: at(0))
    _ = injection.call(4, tool: "soon", at: at(0))
    #expect(Self.intercept(&injection, Self.answer(3), at: 0) == [])
    #expect(Self.intercept(&injection, Self.answer(4), at: 0) == [])
    #expect(injection.nextDeadline == at(1))
    _ = injection.call(5, tool: "fails", at: at(3))
    _ = injection.call(6, tool: "fails", at: at(3))
    let events = Self.words(injection.expire(at: at(9)))
    #expect(events == [Self.text(Self.answer(4)), Self.whole, "fails 5", "fails 6"])
  }

  // MARK: What is left

  @Test(arguments: ChaosMode.allCases)
  func `nothing is left of a call that ended without an answer`(mode: ChaosMode) throws {
    var injection = try Self.injection(ChaosRule(mode))
    _ = injection.call(3, tool: "t", at: at(0))
    injection.forget(3)
    // It comes too late, as it is.
    #expect(Self.intercept(&injection, Self.answer(3), at: 1) == nil)
    _ = injection.expire(at: at(9))
    #expect(injection.isEmpty)
  }

  @Test func `another call keeps its fault`() throws {
    var injection = try Self.injection(ChaosRule(.duplicate))
    _ = injection.call(3, tool: "t", at: at(0))
    _ = injection.call(4, tool: "t", at: at(0))
    injection.forget(3)
    #expect(Self.intercept(&injection, Self.answer(4), at: 1)?.count == 2)
    #expect(injection.isEmpty)
  }

  @Test(arguments: ChaosMode.allCases)
  func `a process takes its faults with it`(mode: ChaosMode) throws {
    var injection = try Self.injection(ChaosRule(mode))
    for id in 3...4 { _ = injection.call(id, tool: "t", at: at(0)) }
    for _ in 0..<2 { _ = Self.intercept(&injection, Self.answer(3), at: 0) }
    injection.forgetProcess()
    #expect(injection.isEmpty && injection.nextDeadline == nil)
    let events = injection.expire(at: at(9))
    #expect(events.isEmpty)
    #expect(Self.intercept(&injection, Self.answer(4), at: 9) == nil)
  }

  // MARK: Pings

  @Test(arguments: ChaosMode.allCases)
  func `a server that hangs answers no ping either`(mode: ChaosMode) throws {
    var injection = try Self.injection(ChaosRule(mode))
    // Nothing is wrong before the first call.
    let before = injection.ping(2, at: at(0))
    #expect(before == nil)
    _ = injection.call(3, tool: "t", at: at(0))
    injection.forget(3)
    _ = injection.expire(at: at(0))
    let ping = injection.ping(5, at: at(1))
    #expect(ping == (mode.hitsPings ? mode : nil))
    let lines = Self.intercept(&injection, Self.answer(5), at: 1)
    #expect(lines == (mode == .delay ? [] : nil))
    _ = injection.expire(at: at(9))
    #expect(injection.isEmpty)
  }
}

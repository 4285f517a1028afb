import MCPProtocol
import Testing

@Suite struct OpeningTests {
  enum Event: String, CaseIterable {
    case begin, welcomed, refused, unanswered, listed
  }

  /// One cell of the table: `actions > state`, or `-` where nothing happens.
  struct Row: CustomTestStringConvertible, Sendable {
    let way: [Event]
    let state: Opening.State
    let event: Event
    let outcome: String

    var testDescription: String { "\(state), \(event.rawValue): \(outcome)" }
  }

  private static let table: [([Event], Opening.State, [Event: String])] = [
    ([], .closed, [:]),
    (
      [.begin], .handshake,
      [
        .welcomed: "send opened list > listing", .refused: "fail > failed",
        .unanswered: "fail > failed",
      ]
    ),
    ([.begin, .welcomed], .listing, [.listed: "serve > open"]),
    ([.begin, .welcomed, .listed], .open, [:]),
    ([.begin, .refused], .failed, [:]),
    ([.begin, .unanswered], .failed, [:]),
  ]

  private static let rows: [Row] = table.flatMap { way, state, cells in
    Event.allCases.map { event in
      // Another process begins anew, whatever was.
      let outcome = event == .begin ? "request > handshake" : cells[event] ?? "-"
      return Row(way: way, state: state, event: event, outcome: outcome)
    }
  }

  @Test(arguments: rows)
  func `every event in every state`(row: Row) throws {
    var opening = Opening()
    for event in row.way { _ = try Self.apply(event, to: &opening) }
    #expect(opening.state == row.state)
    let actions = try Self.apply(row.event, to: &opening)
    let isUnchanged = actions.isEmpty && opening.state == row.state
    let words = actions.map(Self.word) + [">", "\(opening.state)"]
    #expect((isUnchanged ? "-" : words.joined(separator: " ")) == row.outcome)
    // Servers hear of nothing before the handshake is done, nor after one that failed.
    let isOpen = opening.state == .listing || opening.state == .open
    #expect(opening.isOpen == isOpen && (opening.server != nil) == isOpen)
  }

  private static let welcome =
    #"{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-06-18","capabilities":{}}}"#
  private static let refusal = #"{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"no"}}"#

  private static func apply(_ event: Event, to opening: inout Opening) throws -> [Opening.Action] {
    switch event {
    case .begin: opening.begin(capabilities: #"{"roots":{}}"#.bytes)
    case .welcomed: try answer(welcome, to: &opening)
    case .refused: try answer(refusal, to: &opening)
    case .unanswered: opening.unanswered()
    case .listed: opening.listed()
    }
  }

  private static func answer(_ text: String, to opening: inout Opening) throws -> [Opening.Action] {
    opening.answered(text.bytes, try EnvelopeParser.parse(text.bytes.span))
  }

  private static func word(_ action: Opening.Action) -> String {
    switch action {
    case .request: "request"
    case .send: "send"
    case .opened: "opened"
    case .list: "list"
    case .serve: "serve"
    case .fail: "fail"
    }
  }

  // MARK: What is said

  @Test func `a session is opened by initialize, initialized, and the first lists`() throws {
    var opening = Opening()
    let capabilities = #"{"roots":{}}"#.bytes
    let begun = opening.begin(capabilities: capabilities)
    let params = HandshakeEra.request(capabilities: capabilities)
    #expect(begun == [.request(method: "initialize", params: params)])
    let answered = try Self.answer(Self.welcome, to: &opening)
    let server = try #require(opening.server)
    let initialized = #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#.bytes
    #expect(answered == [.send(initialized), .opened(server), .list])
    #expect(server.version == .june2025)
    let listed = opening.listed()
    #expect(listed == [.serve])
  }

  @Test func `a server that is no good is told why`() throws {
    var opening = Opening()
    _ = opening.begin(capabilities: "{}".bytes)
    let refused = try Self.answer(Self.refusal, to: &opening)
    #expect(refused == [.fail("refused initialize: no")])
    _ = opening.begin(capabilities: "{}".bytes)
    let silent = opening.unanswered()
    #expect(silent == [.fail("did not answer initialize")])
  }

  @Test func `actions differ in what they say`() {
    let actions: [Opening.Action] = [
      .request(method: "initialize", params: nil), .request(method: "ping", params: nil),
      .request(method: "initialize", params: "{}".bytes), .send("a".bytes), .send("b".bytes),
      .list, .serve, .fail("a"), .fail("b"),
    ]
    for (place, action) in actions.enumerated() {
      #expect(actions.indices.filter { actions[$0] == action } == [place])
    }
  }

  // MARK: The model

  /// What was promised, from the events alone: each step once, in order, anew with each process.
  @Test(arguments: 0..<200 as Range<UInt64>)
  func `random events never take a step twice or too early`(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    var opening = Opening()
    var (isAsked, isWelcome, isServing) = (false, false, false)
    for _ in 0..<100 {
      let event = Event.allCases[random.below(Event.allCases.count)]
      let words = try Self.apply(event, to: &opening).map(Self.word)
      switch event {
      case .begin:
        #expect(words == ["request"])
        (isAsked, isWelcome, isServing) = (true, false, false)
      case .welcomed:
        #expect(words == (isAsked ? ["send", "opened", "list"] : []))
        isWelcome = isWelcome || isAsked
        isAsked = false
      case .refused, .unanswered:
        #expect(words == (isAsked ? ["fail"] : []))
        isAsked = false
      case .listed:
        #expect(words == (isWelcome && !isServing ? ["serve"] : []))
        isServing = isWelcome
      }
      #expect(opening.isOpen == isWelcome)
    }
  }
}

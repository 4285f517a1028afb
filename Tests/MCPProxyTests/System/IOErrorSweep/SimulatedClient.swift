import MCPProtocol

/// A client that goes through one small session.
struct SimulatedClient {
  enum Session: CaseIterable {
    /// Each step is sent when the one before is answered.
    case patient
    /// Everything is sent at once, and the client's side closed behind it.
    case hasty
  }

  /// What is on its way to the proxy.
  private(set) var outgoing: [UInt8] = []
  private(set) var isFinished = false
  /// Requests with the place in the stream behind their lines.
  private(set) var requests: [(id: String, end: Int)] = []
  private(set) var calls = 0
  private(set) var answers: [String: [JSONDocument]] = [:]
  /// What came that is no message.
  private(set) var nonsense: [String] = []
  private var sent = 0
  private var steps: ArraySlice<[String]>
  private let session: Session
  private var awaited: Set<String> = []
  private var partialLine: [UInt8] = []

  init(_ session: Session) {
    self.session = session
    steps = (session == .patient ? Self.patient : [Self.hasty])[...]
  }

  /// Taken back while it runs: answered at most once.
  static let cancelled = "14"

  private static func call(_ id: Int, _ name: String, _ arguments: String) -> String {
    let arguments = arguments.isEmpty ? "{}" : arguments
    return #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"\#(name)","#
      + #""arguments":\#(arguments)}}"#
  }

  private static let opening = [
    #"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","#
      + #""capabilities":{"elicitation":{}},"clientInfo":{"name":"sweep","version":"1"}}}"#
  ]

  private static let hasty =
    opening + [
      #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
      call(2, "a__write_note", #"{"text":"note 2"}"#), call(13, "c__echo", #"{"text":"x"}"#),
      #"{"jsonrpc":"2.0","id":"l","method":"tools/list"}"#, call(17, "a__crash", ""),
      call(18, "a__add", #"{"a":1,"b":2}"#), call(19, "a__write_note", #"{"text":"note 19"}"#),
      call(14, "b__slow", #"{"ms":300}"#),
      #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":14}}"#,
      call(15, "b__big", #"{"bytes":6000}"#), call(22, "b__nothing", ""),
    ]

  /// Every way a call can take: at once, while its server starts, to a stand-in, cancelled, with a
  /// question back, too big for a pipe, killing its server, to a server that is started again.
  private static let patient: [[String]] = [
    opening,
    [
      #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
      call(2, "a__write_note", #"{"text":"note 2"}"#),
      #"{"jsonrpc":"2.0","id":"l","method":"tools/list"}"#,
    ],
    [
      call(10, "a__echo", #"{"text":"x"}"#), call(11, "a__write_note", #"{"text":"note 11"}"#),
      call(12, "b__ask", #"{"kind":"elicitation"}"#), call(13, "c__echo", #"{"text":"x"}"#),
      call(14, "b__slow", #"{"ms":9000}"#),
    ],
    [
      #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":14}}"#,
      call(15, "b__big", #"{"bytes":6000}"#),
      #"{"jsonrpc":"2.0","id":16,"method":"logging/setLevel","params":{"level":"debug"}}"#,
    ],
    [
      call(17, "a__crash", ""), call(18, "a__add", #"{"a":1,"b":2}"#),
      call(19, "a__write_note", #"{"text":"note 19"}"#),
    ],
    [call(20, "a__write_note", #"{"text":"note 20"}"#), call(21, "b__slow", #"{"ms":50}"#)],
  ]

  /// The notes a call with this id writes.
  static func note(of id: String) -> String? {
    ["2", "11", "19", "20"].contains(id) ? "note \(id)" : nil
  }

  static let notes = ["note 2", "note 11", "note 19", "note 20"]

  /// Sends what comes next, if what it waits for is there.
  mutating func proceed() {
    guard awaited.isEmpty, !isFinished else { return }
    guard let step = steps.popFirst() else {
      isFinished = true
      return
    }
    for line in step { send(line) }
    awaited.remove(Self.cancelled)
    if session == .hasty { isFinished = true }
  }

  private mutating func send(_ line: String) {
    outgoing += Array(line.utf8) + [0x0A]
    sent += line.utf8.count + 1
    guard let message = try? JSONDocument(Array(line.utf8)), message.root["method"] != nil,
      let id = message.root["id"]
    else { return }
    let token = String(decoding: id.text(in: message.bytes), as: UTF8.self)
    requests.append((token, sent))
    if message.root["method"]?.string == "tools/call" { calls += 1 }
    awaited.insert(token)
  }

  mutating func takeOutgoing(_ most: Int) -> [UInt8] {
    let taken = Array(outgoing.prefix(most))
    outgoing.removeFirst(taken.count)
    return taken
  }

  mutating func receive(_ bytes: ArraySlice<UInt8>) {
    partialLine += bytes
    while let newline = partialLine.firstIndex(of: 0x0A) {
      receive(line: Array(partialLine[..<newline]))
      partialLine.removeFirst(newline + 1)
    }
  }

  private mutating func receive(line: [UInt8]) {
    guard let message = try? JSONDocument(line), message.root["jsonrpc"] != nil else {
      return nonsense.append(String(decoding: line, as: UTF8.self))
    }
    guard let id = message.root["id"] else { return }
    let token = String(decoding: id.text(in: line), as: UTF8.self)
    if message.root["method"] != nil {
      send(#"{"jsonrpc":"2.0","id":\#(token),"result":{"action":"decline"}}"#)
    } else {
      answers[token, default: []].append(message)
      awaited.remove(token)
    }
  }
}

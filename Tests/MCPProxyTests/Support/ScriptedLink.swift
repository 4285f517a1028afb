import MCPProtocol
import MCPProxy

/// A way to a server without a server: what it is sent is kept, what it says the test says.
///
/// Nothing is decided here; what a launch, an end and a burial come to is told beforehand.
final class ScriptedLink: Link {
  private let endpoint: Endpoint
  /// The link's own part of the loop's tokens.
  private let base: UInt64
  private let report: @Sendable (LinkEvent) -> Void
  /// Everything it was sent, in order.
  private(set) var sent: [JSONText] = []
  /// What the endpoint had it do, in order.
  private(set) var actions: [Life.Action] = []
  /// What it was told to keep as words of the server.
  private(set) var notes: [String] = []
  private(set) var isHeld = false
  private(set) var wasAbandoned = false
  /// The process of the present life; 0: there is none.
  private(set) var process: Int32 = 0
  /// What a launch comes to at once; nil: nothing yet.
  var launch: LinkEvent? = .launched
  /// Whether what is left of a process is gone at once.
  var isBuriedAtOnce = true
  /// Whether the server takes what it is sent.
  var isTaking = true
  var lastWords: String?
  private var lastProcess: Int32 = 0
  private var end = 0
  private var written = 0
  /// What the server has said and nobody has read.
  private var unread: [LinkLine] = []
  private var isOver = false

  init(_ endpoint: Endpoint, _ base: UInt64, _ report: @escaping @Sendable (LinkEvent) -> Void) {
    self.endpoint = endpoint
    self.base = base
    self.report = report
  }

  // MARK: The server

  /// The server says a line.
  func says(_ text: String) { comes(.whole(Array(text.utf8), 0..<text.utf8.count)) }

  /// Something comes from the server.
  func comes(_ line: LinkLine) {
    unread.append(line)
    letRead()
  }

  /// What waits to be read is read, if anybody wants it.
  func letRead() { endpoint.deliver(.ready(base, .reading)) }

  /// The server says a line that nobody reads before something else happens.
  func saysUnread(_ text: String) {
    unread.append(.whole(Array(text.utf8), 0..<text.utf8.count))
  }

  /// Something happens at a time of its own.
  func happens(_ event: LinkEvent) { report(event) }

  /// The process ends.
  func exits(_ status: ExitStatus = .code(1)) { report(.exited(lastProcess, status)) }

  /// What it was sent under this method.
  func requests(_ method: String) -> [JSONText] { sent.filter { $0.method == method } }

  /// The id under which it was sent the call with this number, counted from 0.
  func id(ofCall place: Int) -> Int {
    let calls = requests("tools/call")
    return calls.indices.contains(place) ? calls[place].id.flatMap { Int($0) } ?? -1 : -1
  }

  /// The server answers the call with this number, counted from 0.
  func answers(call place: Int, _ result: String = #"{"content":[]}"#) {
    says(StagedProxy.result(id(ofCall: place), result))
  }

  /// The server answers the newest request with this method.
  func answers(_ method: String, _ result: String) {
    guard let id = requests(method).last?.id.flatMap({ Int($0) }) else { return }
    says(StagedProxy.result(id, result))
  }

  // MARK: Link

  func send(_ message: borrowing Outgoing) -> Sending {
    var line: [UInt8] = []
    let splice = message.splice
    splice.append(message.source, 0..<message.length, to: &line)
    end += line.count
    sent.append(JSONText(String(decoding: line.dropLast(), as: UTF8.self)))
    return Sending(mark: end - 1)
  }

  func isWritten(_ mark: Int) -> Bool { written >= mark }
  var longestLine: Int { 8 << 10 }
  var pendingBytes: Int { isTaking ? 0 : end - written }

  func flush() -> LinkEvent? {
    if isTaking { written = end }
    return nil
  }

  func ready(_ stream: UInt64, _ interest: Interest, _ take: (LinkLine) -> Void) -> LinkEvent? {
    if !isHeld { read(take) }
    return nil
  }

  func readRest(hasExited: Bool, _ take: (LinkLine) -> Void) -> LinkEvent? {
    read(take)
    return nil
  }

  private func read(_ take: (LinkLine) -> Void) {
    while !isOver, !unread.isEmpty { take(unread.removeFirst()) }
  }

  func perform(_ action: Life.Action) -> LinkEvent? {
    switch action {
    // What is for others.
    case .serve, .lose, .ended, .stopped: return nil
    default: actions.append(action)
    }
    switch action {
    case .launch:
      lastProcess += 1
      process = lastProcess
      (unread, isOver) = ([], false)
      return launch
    case .stopReading: isOver = true
    case .bury:
      process = 0
      return isBuriedAtOnce ? .buried : nil
    default: break
    }
    return nil
  }

  func isAlive(_ process: Int32) -> Bool { process == self.process }
  func abandon() { wasAbandoned = true }
  func hold(_ isHeld: Bool) { self.isHeld = isHeld }
  func note(_ words: ArraySlice<UInt8>) { notes.append(String(decoding: words, as: UTF8.self)) }
  var nextDeadline: Instant? { nil }
  func expire(at now: Instant, _ take: (LinkLine) -> Void) -> [LinkEvent] { [] }
  func check() -> String? { nil }
  var view: LinkView { LinkView() }

  /// How often a process was started.
  var launches: Int { actions.count { $0 == .launch } }
}

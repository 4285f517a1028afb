import MCPProtocol

/// What is remembered of the faults under way at one server, and what they do to its lines.
package struct FaultInjection: Sendable {
  /// Something that happens now, because its time has come.
  package enum Event: Equatable, Sendable {
    /// The server seems to say a line.
    case says([UInt8])
    /// A request fails in the server's place.
    case fails(Int)
    /// The server is killed.
    case dies
  }

  private struct Later: Sendable {
    let due: Instant
    let event: Event
    /// An answer that drips in is complete then.
    var endsDrip = false
  }

  private var plan: ChaosPlan
  /// What is to happen to the answer of a request, by the request's id.
  private var faults: [Int: ChaosFault] = [:]
  private var later: [Later] = []
  /// Whether an answer drips in, and the lines that wait behind it.
  private var isDripping = false
  private var behind: [[UInt8]] = []

  package init(plan: ChaosPlan) { self.plan = plan }

  /// Whether nothing is under way, for the tests that look for leaks.
  package var isEmpty: Bool { faults.isEmpty && later.isEmpty && !isDripping }

  // MARK: Requests

  /// Draws the fault of a call that is about to be sent; nil: none.
  package mutating func call(_ id: Int, tool: String, at now: Instant) -> ChaosFault? {
    guard let fault = plan.fault(tool: tool, at: now) else { return nil }
    if fault.mode.changesAnswer { faults[id] = fault }
    // Even at once means later: the call is in flight only after it was sent.
    switch fault.mode {
    case .error: later.append(Later(due: now, event: .fails(id)))
    case .tooMany: later.append(Later(due: now, event: .says(Self.refusal(id, fault.span))))
    case .kill: later.append(Later(due: now + fault.span, event: .dies))
    default: break
    }
    return fault
  }

  /// A request has ended without an answer: what comes late is left as it is.
  package mutating func forget(_ id: Int) { faults[id] = nil }

  /// The same for a ping of the proxy's own.
  package mutating func ping(_ id: Int, at now: Instant) -> ChaosMode? {
    guard let fault = plan.faultOfPing(at: now) else { return nil }
    if fault.mode.changesAnswer { faults[id] = fault }
    return fault.mode
  }

  // MARK: Lines

  /// The lines that come in place of a line; nil: no fault concerns it.
  package mutating func intercept(
    _ source: [UInt8],
    _ line: Range<Int>,
    at now: Instant
  ) -> [[UInt8]]? {
    if isDripping {
      behind.append(Array(source[line]))
      return []
    }
    guard !faults.isEmpty else { return nil }
    let text = source.span.extracting(line)
    guard let envelope = try? EnvelopeParser.parse(text),
      envelope.kind == .result || envelope.kind == .error,
      let id = RequestID.integer(text, envelope.id), let fault = faults.removeValue(forKey: id)
    else { return nil }
    return lines(Array(source[line]), envelope, id, fault, at: now)
  }

  private mutating func lines(
    _ answer: [UInt8],
    _ envelope: Envelope,
    _ id: Int,
    _ fault: ChaosFault,
    at now: Instant
  ) -> [[UInt8]]? {
    switch fault.mode {
    case .delay:
      later.append(Later(due: now + fault.span, event: .says(answer)))
      return []
    case .slow:
      isDripping = true
      later.append(Later(due: now + fault.span, event: .says(answer), endsDrip: true))
      return []
    case .garbage: return [Self.garbage]
    case .truncate: return [Array(answer.prefix(answer.count / 2))]
    case .duplicate: return [answer, answer]
    case .wrongID: return [Self.readdress(answer, envelope.id, to: id + Self.strangers)]
    // A process that dies at once dies before its answer, however quick it is.
    case .kill: return fault.span == .zero ? [] : nil
    case .ok, .error, .drop, .stderrFlood, .tooMany: return nil
    }
  }

  /// The process is another one.
  package mutating func forgetProcess() {
    faults.removeAll()
    later.removeAll()
    isDripping = false
    behind.removeAll()
  }

  // MARK: Time

  package var nextDeadline: Instant? { later.isEmpty ? nil : later.map(\.due).min() }

  package mutating func expire(at now: Instant) -> [Event] {
    guard !later.isEmpty else { return [] }
    // In the order of their time; those of one time in the order they were put in.
    let due = later.enumerated().filter { $0.element.due <= now }
      .sorted { ($0.element.due, $0.offset) < ($1.element.due, $1.offset) }
    later.removeAll { $0.due <= now }
    return due.map(\.element).flatMap { entry in
      entry.endsDrip ? [entry.event] + endDrip(at: now) : [entry.event]
    }
  }

  private mutating func endDrip(at now: Instant) -> [Event] {
    isDripping = false
    let waiting = behind
    behind = []
    // One of them may begin to drip itself: then the rest waits on, in order.
    return waiting.flatMap { line in
      (intercept(line, line.indices, at: now) ?? [line]).map(Event.says)
    }
  }

  // MARK: What is said

  /// What a gateway in trouble writes where JSON is due.
  private static let garbage = Array("<html><body>502 Bad Gateway</body></html>".utf8)
  /// Far above every id that is given to a request.
  private static let strangers = 1 << 40

  private static func readdress(_ line: [UInt8], _ id: Range<Int>, to other: Int) -> [UInt8] {
    Array(line[..<id.lowerBound]) + Array("\(other)".utf8) + line[id.upperBound...]
  }

  /// The result of a service without capacity, as the example server's `--refuse-on` gives it.
  private static func refusal(_ id: Int, _ span: TimeSpan) -> [UInt8] {
    let text = "429 Too Many Requests: try again in \(span.words)"
    let milliseconds = (span.nanoseconds + 999_999) / 1_000_000
    return Array(
      (#"{"jsonrpc":"2.0","id":\#(id),"result":{"content":[{"type":"text","text":"\#(text)"}],"#
        + #""isError":true,"_meta":{"retryAfterMs":\#(milliseconds)}}}"#).utf8
    )
  }
}

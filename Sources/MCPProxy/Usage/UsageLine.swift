import MCPProtocol

/// Writes a `UsageRecord` as its line of JSON.
///
/// On the path of every call: what does not change is kept as bytes between the values.
struct UsageLine {
  /// What is the same in every line of one run.
  struct Run: Sendable {
    /// Tells apart proxies that share a file.
    var id: String
    var session: String?
    var project: String?
    var client: String?
    var clientVersion: String?
    var version: String?
  }

  /// What is known only when the line is written.
  struct Moment {
    let number: Int
    let finished: Instant
    /// Nanoseconds since 1970.
    let wallClock: Int64
    /// Records lost since the last line.
    let dropped: Int
  }

  let run: Run
  private let runMembers: [UInt8]
  private let clientMembers: [UInt8]
  private var clock = TimestampWriter()

  init(run: Run) {
    self.run = run
    var writer = JSONWriter()
    writer.string(run.id)
    runMembers = Array("\",\"run\":".utf8) + writer.bytes + Array(",\"seq\":".utf8)
    clientMembers = Self.clientMembers(run)
  }

  private static func clientMembers(_ run: Run) -> [UInt8] {
    var writer = JSONWriter()
    for (key, value) in [
      ("session", run.session), ("project", run.project), ("client", run.client),
      ("client_version", run.clientVersion), ("proto", run.version),
    ] {
      guard let value else { continue }
      writer.key(key)
      writer.string(value)
    }
    let comma = [UInt8(ascii: ",")]
    let members = writer.bytes.isEmpty ? [] : writer.bytes + comma
    return comma + members + Array("\"method\":\"tools/call\",\"server\":".utf8)
  }

  mutating func write(_ record: UsageRecord, _ moment: Moment, to line: inout [UInt8]) {
    line += Chunk.start
    clock.append(moment.wallClock, to: &line)
    line += runMembers
    line.append(integer: moment.number)
    line += clientMembers
    line += record.endpoint
    line += Chunk.tool
    line += record.tool
    line += Chunk.id
    appendID(record, to: &line)
    appendOutcome(record, to: &line)
    appendTimes(record, finished: moment.finished, to: &line)
    appendAttempts(record, to: &line)
    line += Chunk.requestBytes
    line.append(integer: record.requestBytes)
    line += Chunk.answerBytes
    line.append(integer: record.answerBytes)
    line += Chunk.tokens
    line.append(integer: (record.requestBytes + record.answerBytes) / 4)
    if let cost = record.cost { appendCost(cost, record.costIsReported, to: &line) }
    if moment.dropped > 0 {
      line += Array(",\"dropped\":".utf8)
      line.append(integer: moment.dropped)
    }
    line += Chunk.end
  }

  /// Ids are strings here whatever they were: columns of one type are easier to query.
  private func appendID(_ record: UsageRecord, to line: inout [UInt8]) {
    let id = record.message?.id ?? []
    guard id.count <= 200 else {
      // A peer's id may be of any length; a line may not.
      var writer = JSONWriter()
      writer.string(utf8: id.prefix(200))
      line += writer.bytes
      return
    }
    let isString = id.first == UInt8(ascii: "\"")
    if !isString { line.append(UInt8(ascii: "\"")) }
    line += id
    if !isString { line.append(UInt8(ascii: "\"")) }
  }

  private func appendOutcome(_ record: UsageRecord, to line: inout [UInt8]) {
    if record.status == .ok {
      line += Chunk.ok
    } else {
      line += Array(",\"ok\":false,\"status\":\"\(record.status.rawValue)\"".utf8)
    }
    if let code = record.errorCode {
      line += Array(",\"rpc_code\":\(code)".utf8)
    }
    line += Chunk.certainty
    line += Chunk.word(record.certainty)
    line += record.effect == .safe ? Chunk.safe : Chunk.unsafe
  }

  private func appendTimes(
    _ record: UsageRecord,
    finished: Instant,
    to line: inout [UInt8]
  ) {
    let duration = finished - record.began
    let overhead = max(.zero, duration - record.queued - record.elsewhere)
    line += Chunk.duration
    line.append(milliseconds: duration)
    line += Chunk.queue
    line.append(milliseconds: record.queued)
    line += Chunk.overhead
    line.append(milliseconds: overhead)
  }

  private func appendAttempts(_ record: UsageRecord, to line: inout [UInt8]) {
    line += Chunk.attempts
    var isFirst = true
    for attempt in record.attempts {
      if !isFirst { line.append(UInt8(ascii: ",")) }
      isFirst = false
      line += Chunk.endpoint
      line += attempt.endpoint
      line += Chunk.milliseconds
      line.append(milliseconds: attempt.duration)
      line += Chunk.certainty
      line += Chunk.word(attempt.certainty)
      if let reason = attempt.reason {
        line += Array("\",\"reason\":\"\(reason.rawValue)".utf8)
      }
      line += Chunk.endAttempt
    }
    line.append(UInt8(ascii: "]"))
    if let via = record.via {
      line += Chunk.via
      line += via
    }
    if record.breaker == .closed {
      line += Chunk.closed
    } else {
      line += Array(",\"breaker\":\"\(record.breaker.rawValue)\"".utf8)
    }
  }

  private func appendCost(_ cost: Double, _ isReported: Bool, to line: inout [UInt8]) {
    var writer = JSONWriter()
    writer.double(cost)
    line += Chunk.cost
    line += writer.bytes
    line += isReported ? Chunk.provider : Chunk.local
  }

  /// The parts of a line that never change.
  private enum Chunk {
    static let start = Array("{\"v\":1,\"type\":\"call\",\"ts\":\"".utf8)
    static let tool = Array(",\"tool\":".utf8)
    static let id = Array(",\"id\":".utf8)
    static let ok = Array(",\"ok\":true,\"status\":\"ok\"".utf8)
    static let certainty = Array(",\"certainty\":\"".utf8)
    static let safe = Array("\",\"effect\":\"safe\"".utf8)
    static let unsafe = Array("\",\"effect\":\"unsafe\"".utf8)
    static let duration = Array(",\"dur_ms\":".utf8)
    static let queue = Array(",\"queue_ms\":".utf8)
    static let overhead = Array(",\"overhead_ms\":".utf8)
    static let attempts = Array(",\"attempts\":[".utf8)
    static let endpoint = Array("{\"endpoint\":".utf8)
    static let milliseconds = Array(",\"ms\":".utf8)
    static let endAttempt = Array("\"}".utf8)
    static let via = Array(",\"via\":".utf8)
    static let closed = Array(",\"breaker\":\"closed\"".utf8)
    static let requestBytes = Array(",\"req_bytes\":".utf8)
    static let answerBytes = Array(",\"res_bytes\":".utf8)
    static let tokens = Array(",\"tokens_est\":".utf8)
    static let cost = Array(",\"cost_usd\":".utf8)
    static let provider = Array(",\"cost_source\":\"provider\"".utf8)
    static let local = Array(",\"cost_source\":\"local\"".utf8)
    static let end = Array("}\n".utf8)
    private static let answered = Array("answered".utf8)
    private static let unknown = Array("unknown".utf8)
    private static let notSent = Array("not_sent".utf8)

    static func word(_ certainty: Certainty) -> [UInt8] {
      switch certainty {
      case .answered: answered
      case .unknown: unknown
      case .notSent: notSent
      }
    }
  }
}

extension [UInt8] {
  /// Appends a span in milliseconds, to the microsecond: `1.5`, `0.052`, `12`.
  fileprivate mutating func append(milliseconds span: TimeSpan) {
    let microseconds = Int(span.nanoseconds / 1000)
    append(integer: microseconds / 1000)
    var rest = microseconds % 1000
    guard rest > 0 else { return }
    append(UInt8(ascii: "."))
    var place = 100
    while rest > 0 {
      append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest / place))
      rest %= place
      place /= 10
    }
  }
}
